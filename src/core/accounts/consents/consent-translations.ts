import type { ConsentTranslation } from './consents.model.ts'

/**
 * What each version says in Spanish, by document and version. It helps to understand the English text, which is the one
 * that is agreed to; so it may be improved without a new version.
 */
export const consentTranslations: Readonly<Record<string, ConsentTranslation>> = {
  'privacy 2026-11-01': {
    title: 'Qué hacemos con lo que usted nos cuenta',
    text: `Guardamos lo que usted nos da para llevar su cuenta, sus cursos y sus mensajes, y para nada más. No lo vendemos, ni se lo mostramos a nadie de fuera, salvo que un tribunal o una ley nos obligue.

El personal ve lo que necesita para su trabajo con usted. Usted puede ver quién miró: pida la lista de accesos a sus datos. Queda anotado quién mira.

Usted puede recibir una copia de todo, corregirlo y hacer que se borre su cuenta. Cuando lo haga, se le dirá qué nos obliga la ley a conservar.

Los mensajes se guardan 90 días. Los formularios se guardan cifrados, durante el tiempo que pide la ley.`,
  },
  'terms 2026-11-01': {
    title: 'Cómo nos tratamos',
    text: `Los cursos y los mensajes son gratuitos y para su propio uso. Sea amable; no cuente a otros lo que le confían; no se haga pasar por otra persona.

No comparta su contraseña, y elija "computadora compartida" cuando inicie sesión donde otras personas se sientan después de usted.

Podemos suspender una cuenta que perjudica a otras personas. Usted siempre puede preguntar por qué.`,
  },
  'messaging 2026-11-01': {
    title: 'Mensajes',
    text: `El personal y las personas que comparten con usted un mentor o un curso pueden escribirle, y usted a ellas. Puede bloquear a cualquiera en cualquier momento; no se le avisa.

Los mensajes van cifrados por el camino y donde se guardan, pero no de extremo a extremo: el personal que lleva el servicio podría ser obligado a mostrarlos. No los use en una emergencia: llame al 911.`,
  },
}
