"""Figures for everybody: of whole quarters, sums of one direction only, small numbers of residents not shown."""
