"""The API that the product's server talks to, and the checkout page that a payer sees."""
