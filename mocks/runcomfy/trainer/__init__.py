"""RunComfy's Trainer API: data sets, and jobs that train on them."""
