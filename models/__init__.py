"""What do we store? Tables, their migrations, and the one place that commits."""
