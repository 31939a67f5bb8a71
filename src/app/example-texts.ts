import { ids } from './example-ids.ts'

/** By the kind of value, where a name says no more. */
export const exampleFormats: Readonly<Record<string, unknown>> = {
  uuid: ids.thing,
  'date-time': '2026-03-02T18:00:00.000Z',
  date: '2026-03-02',
  uri: 'https://www.example.org/first-day',
  email: 'test@example.com',
}

/** Answers that are no JSON. */
export const exampleTexts: Readonly<Record<string, string>> = {
  'text/html':
    '<!doctype html>\n<html lang="en"><head><title>T.O.O.L.S Inc</title></head><body><h1>Confirm your address</h1></body></html>',
  'text/javascript': "document.querySelector('form').hidden = false\n",
  'text/csv':
    'id,type,status,submittedAt\r\n019b76da-a80c-7a3e-9f50-7b9c1d3e5f70,contact,pending,2026-03-02T18:00:00.000Z\r\n',
  'text/plain': '2026-03-02 18:00 Ann Example: See you on Tuesday.\n',
}
