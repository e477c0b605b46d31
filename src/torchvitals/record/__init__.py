"""REMEMBER: looks, the store that keeps them, and the recording that rules read. Knows no torch."""
