"""What the desk shows of a practitioner's days and bookings."""
