/** Of what people are told, and where. */
export const notificationMessages = {
  'Must be another time than the beginning.': 'Debe ser otra hora que la del comienzo.',
} as const
