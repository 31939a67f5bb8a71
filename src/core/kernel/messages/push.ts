/** Of devices that are told that something is there. */
export const pushMessages = {
  'Nothing is told on a computer that others use too.':
    'No se avisa de nada en una computadora que también usan otras personas.',
  'Nothing is told on devices of this kind here.': 'Aquí no se avisa en dispositivos de esta clase.',
  'This device subscribed with a key that is no longer ours. Subscribe anew.':
    'Este dispositivo se suscribió con una clave que ya no es nuestra. Suscríbase de nuevo.',
  'Must be an address of a push service that is called from here.':
    'Debe ser una dirección de un servicio de avisos al que se llama desde aquí.',
  'Must be the keys of a subscription.': 'Deben ser las claves de una suscripción.',
  'The devices on which somebody is told that there is something new.':
    'Los dispositivos en los que se avisa a alguien de que hay algo nuevo.',
} as const
