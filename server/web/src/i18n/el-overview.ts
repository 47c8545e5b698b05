// How the business stands.
export const elOverview = {
  overview: "Επισκόπηση",
  toReceive: "Προς είσπραξη",
  toPay: "Προς πληρωμή",
  clientsOwe: "Οφείλουν οι πελάτες",
  weOwe: "Οφείλετε σε προμηθευτές",
  ofItOverdue: "Από αυτά ληξιπρόθεσμα",
  clientCredit: "Πίστωση πελατών",
  supplierCredit: "Πίστωση σε προμηθευτές",
  cashOf: "Ταμείο, {month}",
  cashIn: "Εισπράξεις",
  cashOut: "Πληρωμές",
  overdueLongest: "Ληξιπρόθεσμα εδώ και περισσότερο",
  nothingOverdue: "Τίποτα δεν είναι ληξιπρόθεσμο.",
};
