"""What is wrong with several rows together, and with none of them alone: above the list, and in the bell."""
