"""Under /sandbox/. The provider's own addresses have no slash at the end."""

from django.urls import path, re_path

from payments.sandbox.views import api, checkout

app_name = "payments_sandbox"

urlpatterns = [
    path("razorpay/pay/<str:link_id>/", checkout.checkout, name="checkout"),
    path("razorpay/faults/", api.fault_table, name="faults"),
    path("razorpay/v1/orders", api.orders, name="orders"),
    path("razorpay/v1/orders/<str:order_id>", api.order, name="order"),
    path("razorpay/v1/orders/<str:order_id>/payments", api.order_payments, name="order-payments"),
    path("razorpay/v1/payment_links", api.payment_links, name="links"),
    path("razorpay/v1/payment_links/<str:link_id>", api.payment_link, name="link"),
    path("razorpay/v1/payment_links/<str:link_id>/cancel", api.payment_link_cancel, name="link-cancel"),
    path("razorpay/v1/payments/<str:payment_id>", api.payment, name="payment"),
    path("razorpay/v1/payments/<str:payment_id>/capture", api.payment_capture, name="payment-capture"),
    path("razorpay/v1/payments/<str:payment_id>/refund", api.payment_refund, name="payment-refund"),
    path("razorpay/v1/payments/<str:payment_id>/refunds", api.payment_refunds, name="payment-refunds"),
    path("razorpay/v1/refunds/<str:refund_id>", api.refund, name="refund"),
    re_path(r"^razorpay/v1/.*$", api.nothing, name="nothing"),
]
