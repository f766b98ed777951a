"""The parts of `orders_http.py`: a load of orders, the servers under it, and their peers."""
