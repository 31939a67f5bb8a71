import { expect, test } from 'vitest'
import { pushHostOf, pushHosts } from './push-endpoint.ts'

test.each([
  ['https://fcm.googleapis.com/fcm/send/cJ8:APA91bH', 'fcm.googleapis.com'],
  ['https://updates.push.services.mozilla.com/wpush/v2/gAAAA', 'updates.push.services.mozilla.com'],
  ['https://web.push.apple.com/QGuQyavXutnMH', '*.push.apple.com'],
  ['https://wns2-by3p.notify.windows.com/w/?token=BQYAAA%2f', '*.notify.windows.com'],
])('%s is called', (endpoint, service) => {
  expect(pushHostOf(endpoint, pushHosts)).toBe(service)
})

test.each([
  'http://fcm.googleapis.com/fcm/send/a',
  'ftp://fcm.googleapis.com/a',
  'https://fcm.googleapis.com.evil.example/a',
  'https://evilfcm.googleapis.com/a',
  'https://evil.example/fcm.googleapis.com',
  'https://evil.example/?fcm.googleapis.com',
  'https://evil.example/a#https://fcm.googleapis.com/',
  'https://fcm.googleapis.com@evil.example/a',
  'https://user@fcm.googleapis.com/a',
  'https://user:word@fcm.googleapis.com/a',
  'https://fcm.googleapis.com:444/a',
  'https://fcm.googleapis.com:443/a',
  'https://fcm.googleapis.com:0/a',
  'https://fcm.googleapis.com./a',
  'https://push.apple.com/a',
  'https://.push.apple.com/a',
  'https://evilpush.apple.com/a',
  'https://a.push.apple.com.evil.example/a',
  'https://127.0.0.1/a',
  'https://[::1]/a',
  'https://2130706433/a',
  'https://0x7f.1/a',
  'https://localhost/a',
  'https://169.254.169.254/latest/meta-data',
  'https://fcm.googleapis.com',
  'https://fcm.googleapis.com/',
  'https://FCM.googleapis.com/a',
  'https://fcm.googleapis.com/../a',
  'https://fcm.googleapis.com/a#b',
  'https:\\\\fcm.googleapis.com\\a',
  'https:/fcm.googleapis.com/a',
  ' https://fcm.googleapis.com/a',
  'https://fcm.googleapis.com/a b',
  'https://fcm.googleapis.com/a\n',
  'https://fcm.googleapis.com\t.evil.example/a',
  'https://ｆcm.googleapis.com/a',
  'https://fcm。googleapis.com/a',
  `https://fcm.googleapis.com/${'a'.repeat(1_024)}`,
  '//fcm.googleapis.com/a',
  'fcm.googleapis.com/a',
  '',
])('%s is not', (endpoint) => {
  expect(pushHostOf(endpoint, pushHosts)).toBeNull()
})
