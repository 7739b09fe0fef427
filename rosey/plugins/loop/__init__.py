"""The loop that plugins share: whose a task is, who hears of what fails, and what nobody may do."""
