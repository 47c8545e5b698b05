package exports

// Neutral is neutral, for tests.
var Neutral = neutral
