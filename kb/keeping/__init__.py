"""What staff look at: checks, gold questions, previews, evaluation, gaps."""
