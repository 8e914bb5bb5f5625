// Given names the brain takes for people.

export const GIVEN_NAMES: readonly string[] = `
Adam Alan Albert Alex Alexander Alice Amanda Amy Andrea Andrew Angela Anna Anne Anthony Arthur Barbara Ben Benjamin Betty Bob Brian
Carl Carla Carol Caroline Catherine Charles Charlotte Chris Christian Christina Claire Clara Daniel David Deborah Dennis Diana Donald Dorothy
Edward Elena Elizabeth Ella Emily Emma Eric Ethan Eva Evelyn Frances Frank Fred George Grace Hannah Harry Helen Henry Ian Isabel Isabella
Jack Jacob James Jane Jason Jennifer Jessica Jim Joan Joe John Jonathan Joseph Julia Julian Karen Kate Kevin Laura Leo Leon Linda Lisa Louis Lucas Lucy
Luke Maria Marie Mark Martha Martin Mary Matthew Max Michael Michelle Mike Mia Nancy Natalie Nathan Nicholas Nicole Noah Nora Oliver Olivia Oscar
Pamela Patricia Patrick Paul Peter Philip Rachel Rebecca Richard Robert Roger Rose Ruth Ryan Sam Samuel Sandra Sara Sarah Simon Sofia Sophie Stephanie
Stephen Steve Steven Susan Thomas Tim Tina Tom Tony Victor Victoria Vincent Walter William Zoe`
  .split(/\s+/)
  .filter(Boolean);
