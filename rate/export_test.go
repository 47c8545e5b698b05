package rate

// Cross is what the tests look into.
var Cross = cross
