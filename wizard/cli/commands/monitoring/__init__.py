"""Commands that tell how jobs fare."""
