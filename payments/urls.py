from django.urls import path

from payments.views import public, receipts, webhooks

app_name = "payments"
urlpatterns = [
    path("h/<str:public_id>/pay/", public.pay, name="pay_hold"),
    path("b/<str:public_id>/pay/", public.pay, name="pay"),
    path("b/<str:public_id>/receipt/", receipts.receipt, name="receipt"),
    path("pay/return/<str:provider>/", public.come_back, name="return"),
    path("webhooks/razorpay/", webhooks.razorpay, name="webhook_razorpay"),
]
