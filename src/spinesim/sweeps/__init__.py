"""Many scenarios around one: designs, blocks that threads or clusters solve, stores, statistics."""
