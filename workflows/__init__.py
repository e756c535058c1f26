"""What may happen, and what happens then? The process, its stages, and the flows that move what nobody must decide."""
