"""What people of the desk type, a module for each page."""
