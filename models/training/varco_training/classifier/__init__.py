"""The vehicle classifier: a second look at each vehicle found, which says of what kind it is."""
