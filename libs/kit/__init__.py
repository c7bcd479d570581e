"""How every service is built: mechanisms, never a business word. A hospital could use this package unchanged."""
