export const whatGrows: Readonly<Record<'sqlite' | 'cosmos', Readonly<Record<string, number>>>> = {
  sqlite: {},
  cosmos: {},
}
