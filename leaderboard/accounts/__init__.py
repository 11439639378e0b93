"""Who may: people, their sessions and roles, and the audit trail."""
