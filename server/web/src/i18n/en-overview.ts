// How the business stands.
export const enOverview = {
  overview: "Overview",
  toReceive: "To receive",
  toPay: "To pay",
  clientsOwe: "Clients owe",
  weOwe: "You owe suppliers",
  ofItOverdue: "Of it overdue",
  clientCredit: "Credit of clients",
  supplierCredit: "Credit with suppliers",
  cashOf: "Cash in {month}",
  cashIn: "Money in",
  cashOut: "Money out",
  overdueLongest: "Overdue longest",
  nothingOverdue: "Nothing is overdue.",
} as const;
