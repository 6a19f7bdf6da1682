from django.urls import path

from payments.views import desk, receipts

app_name = "desk_payments"
urlpatterns = [
    path("bookings/<str:reference>/payment/", desk.record, name="record"),
    path("bookings/<str:reference>/payment/<int:pk>/take-back/", desk.take_back, name="take_back"),
    path("bookings/<str:reference>/receipt/", receipts.desk_receipt, name="receipt"),
    path("settings/tax/", desk.tax, name="tax"),
]
