"""The process: what may happen to an idea, an award and a document, as tables, and the engine that takes each step."""
