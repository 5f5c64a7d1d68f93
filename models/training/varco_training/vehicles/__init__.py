"""The vehicle detector: a network of its own beside the plates', trained on the pictures with vehicles."""
