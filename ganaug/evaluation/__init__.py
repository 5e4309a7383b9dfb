"""Quality of a fit: how near synthetic rows are to real ones, what they are good for, and whom they give away."""
