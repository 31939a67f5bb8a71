import type { Language } from '../core/kernel/language.ts'

interface CertificateWords {
  readonly title: string
  readonly unknownTitle: string
  readonly heading: string
  readonly valid: string
  readonly completed: (isNamed: boolean) => string
  readonly on: string
  readonly noMore: string
  readonly code: string
  readonly checkAt: string
  readonly print: string
  readonly unknown: string
  readonly unknownWhy: string
  /** Of the day it was completed. */
  readonly locale: string
}

export const certificateWords: Readonly<Record<Language, CertificateWords>> = {
  en: {
    title: 'Certificate',
    unknownTitle: 'No such certificate',
    heading: 'Certificate of completion',
    valid: 'This certificate is valid',
    completed: (isNamed) => (isNamed ? 'has completed the course' : 'Its holder has completed the course'),
    on: 'on',
    noMore: 'Its holder has chosen to show no more than this.',
    code: 'Code',
    checkAt: 'Whoever wants to check it finds it at',
    print: 'Print this page, or save it as a PDF, from the menu of your browser.',
    unknown: 'There is no such certificate',
    unknownWhy: 'Check the code: it has 16 letters and digits. Its holder may have withdrawn it.',
    locale: 'en-US',
  },
  es: {
    title: 'Certificado',
    unknownTitle: 'No hay tal certificado',
    heading: 'Certificado de finalización',
    valid: 'Este certificado es válido',
    completed: (isNamed) => (isNamed ? 'completó el curso' : 'Su titular completó el curso'),
    on: 'el',
    noMore: 'Su titular eligió no mostrar más que esto.',
    code: 'Código',
    checkAt: 'Quien quiera comprobarlo lo encuentra en',
    print: 'Imprima esta página, o guárdela como PDF, desde el menú de su navegador.',
    unknown: 'No hay tal certificado',
    unknownWhy: 'Revise el código: tiene 16 letras y dígitos. Puede ser que su titular lo haya retirado.',
    locale: 'es-US',
  },
}
