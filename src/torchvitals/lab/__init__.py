"""The classic experiments on why networks fail to train: run, drawn, and true."""
