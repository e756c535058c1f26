"""The arithmetic behind decisions, pure and exact: values in, values out, one file per `gagas calc` name."""
