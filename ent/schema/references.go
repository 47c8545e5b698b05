package schema

// Reference is a foreign key: Column of Table points at a row of To.
type Reference struct {
	Table, Column, To string
	Global            bool // points at a table of no tenant, by id alone
}

// References are all foreign keys. Within a tenant they are composite:
// (organization_id, column) → (organization_id, id), so that the database itself refuses a
// row that points across tenants. Every table of a tenant also points at its organization.
var References = []Reference{
	{Table: "memberships", Column: "user_id", To: "users", Global: true},
	{Table: "sessions", Column: "user_id", To: "users", Global: true},
	{Table: "portal_grants", Column: "user_id", To: "users", Global: true},

	{Table: "contacts", Column: "merged_into_id", To: "contacts"},
	{Table: "contact_addresses", Column: "contact_id", To: "contacts"},
	{Table: "contact_emails", Column: "contact_id", To: "contacts"},
	{Table: "contact_phones", Column: "contact_id", To: "contacts"},
	{Table: "contact_notes", Column: "contact_id", To: "contacts"},
	{Table: "contact_accesses", Column: "contact_id", To: "contacts"},

	{Table: "contact_options", Column: "contact_id", To: "contacts"},
	{Table: "contact_options", Column: "category_id", To: "tracking_categories"},
	{Table: "contact_options", Column: "option_id", To: "tracking_options"},
	{Table: "tracking_options", Column: "category_id", To: "tracking_categories"},
	{Table: "attachments", Column: "contact_id", To: "contacts"},
	{Table: "import_rows", Column: "import_id", To: "contact_imports"},
	{Table: "registry_checks", Column: "contact_id", To: "contacts"},
	{Table: "contact_merges", Column: "survivor_id", To: "contacts"},
	{Table: "merge_moves", Column: "merge_id", To: "contact_merges"},
	{Table: "merge_moves", Column: "loser_id", To: "contacts"},
	{Table: "duplicate_dismissals", Column: "contact_id", To: "contacts"},
	{Table: "duplicate_dismissals", Column: "other_id", To: "contacts"},

	{Table: "documents", Column: "contact_id", To: "contacts"},
	{Table: "documents", Column: "sequence_id", To: "number_sequences"},
	{Table: "document_lines", Column: "document_id", To: "documents"},
	{Table: "document_taxes", Column: "document_id", To: "documents"},
	{Table: "number_counters", Column: "sequence_id", To: "number_sequences"},

	{Table: "payments", Column: "contact_id", To: "contacts"},
	{Table: "allocations", Column: "contact_id", To: "contacts"},
	{Table: "allocations", Column: "payment_id", To: "payments"},
	{Table: "allocations", Column: "credit_id", To: "documents"},
	{Table: "allocations", Column: "document_id", To: "documents"},

	{Table: "ledger_entries", Column: "contact_id", To: "contacts"},
	{Table: "ledger_entries", Column: "document_id", To: "documents"},
	{Table: "ledger_entries", Column: "payment_id", To: "payments"},
	{Table: "ledger_entries", Column: "reverses_id", To: "ledger_entries"},
	{Table: "balances", Column: "contact_id", To: "contacts"},

	{Table: "portal_grants", Column: "contact_id", To: "contacts"},
	{Table: "sessions", Column: "preview_contact_id", To: "contacts"},

	{Table: "attachments", Column: "document_id", To: "documents"},
	{Table: "documents", Column: "origin_id", To: "documents"},
	{Table: "documents", Column: "recurring_id", To: "recurring_invoices"},
	{Table: "document_lines", Column: "product_id", To: "products"},
	{Table: "document_lines", Column: "category_id", To: "expense_categories"},
	{Table: "document_lines", Column: "project_id", To: "projects"},
	{Table: "document_adjustments", Column: "document_id", To: "documents"},
	{Table: "document_links", Column: "document_id", To: "documents"},
	{Table: "document_reminders", Column: "document_id", To: "documents"},
	{Table: "document_options", Column: "document_id", To: "documents"},
	{Table: "document_options", Column: "category_id", To: "tracking_categories"},
	{Table: "document_options", Column: "option_id", To: "tracking_options"},
	{Table: "recurring_invoices", Column: "contact_id", To: "contacts"},
	{Table: "products", Column: "category_id", To: "expense_categories"},

	{Table: "allocations", Column: "refund_id", To: "payments"},
	{Table: "payment_options", Column: "payment_id", To: "payments"},
	{Table: "payment_options", Column: "category_id", To: "tracking_categories"},
	{Table: "payment_options", Column: "option_id", To: "tracking_options"},

	{Table: "projects", Column: "contact_id", To: "contacts"},
	{Table: "project_members", Column: "project_id", To: "projects"},
	{Table: "project_tasks", Column: "project_id", To: "projects"},
	{Table: "project_fees", Column: "project_id", To: "projects"},
	{Table: "project_options", Column: "project_id", To: "projects"},
	{Table: "project_options", Column: "category_id", To: "tracking_categories"},
	{Table: "project_options", Column: "option_id", To: "tracking_options"},
	{Table: "time_entries", Column: "project_id", To: "projects"},
	{Table: "time_entries", Column: "task_id", To: "project_tasks"},
	{Table: "billed_items", Column: "project_id", To: "projects"},
	{Table: "billed_items", Column: "time_entry_id", To: "time_entries"},
	{Table: "billed_items", Column: "fee_id", To: "project_fees"},
	{Table: "billed_items", Column: "expense_line_id", To: "document_lines"},
	{Table: "billed_items", Column: "line_id", To: "document_lines"},
	{Table: "billed_items", Column: "document_id", To: "documents"},

	{Table: "second_factors", Column: "user_id", To: "users", Global: true},
	{Table: "sign_in_links", Column: "user_id", To: "users", Global: true},
	{Table: "portal_preferences", Column: "user_id", To: "users", Global: true},
	{Table: "messages", Column: "contact_id", To: "contacts"},
	{Table: "messages", Column: "document_id", To: "documents"},
	{Table: "notices", Column: "contact_id", To: "contacts"},
	{Table: "notices", Column: "document_id", To: "documents"},
	{Table: "notices", Column: "payment_id", To: "payments"},
	{Table: "notices", Column: "message_id", To: "messages"},
	{Table: "online_payments", Column: "contact_id", To: "contacts"},
	{Table: "online_payments", Column: "document_id", To: "documents"},
	{Table: "online_payments", Column: "payment_id", To: "payments"},
	{Table: "online_payments", Column: "link_id", To: "document_links"},
	{Table: "online_payments", Column: "user_id", To: "users", Global: true},
	{Table: "payment_events", Column: "online_payment_id", To: "online_payments"},
	{Table: "payment_events", Column: "payment_id", To: "payments"},
}
