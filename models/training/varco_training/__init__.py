"""The recipe that trains Varco's plate detector and plate reader."""
