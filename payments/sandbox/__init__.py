"""A stand-in for Razorpay on this machine's loopback, in practice mode only. It speaks Razorpay's own wire protocol.

It holds its own tables and knows the product only as Razorpay would: through the API, the checkout page and webhooks.
"""
