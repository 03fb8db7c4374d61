"""Reports of pledges: the register, ageing, and the roll-forward that ties to gifts."""
