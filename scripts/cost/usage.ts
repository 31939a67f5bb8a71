/*
 * What one person does in a month who learns here, writes to a mentor and looks in on most days: an assumption, to be compared with the
 * counts of the metrics once there are people. `npm run cost` prices it.
 */

/** How often in a month, by endpoint as `npm run bench:cosmos` names them. */
export const callsOfPerson: Readonly<Record<string, number>> = {
  'POST /auth/signup': 0.1,
  'POST /auth/login': 8,
  'POST /auth/refresh': 60,
  'GET /users/me, the first in 30 seconds': 60,
  'PATCH /users/me': 0.5,
  'GET /courses': 30,
  'GET /courses/{id}': 12,
  'POST /courses/{id}/enroll': 0.5,
  'GET /courses/{id}/lessons/{lessonId}': 25,
  'POST /courses/{id}/lessons/{lessonId}/complete, the last of a course': 0.5,
  'POST /courses/{id}/lessons/{lessonId}/complete': 19.5,
  'GET /users/me/progress': 12,
  'GET /conversations': 30,
  'GET /conversations/{id}/messages': 60,
  'POST /sync': 60,
  'POST /realtime/negotiate': 30,
  'POST /conversations/{id}/messages, the first in a while': 10,
  'POST /conversations/{id}/messages, where talk goes on: one for the message, two for the session': 90,
  'POST /files/upload-url': 1,
  'POST /files/complete': 1,
  'GET /files/{id}/download': 3,
  'POST /auth/logout': 8,
}

/** What an answer of the API weighs, with headers. */
export const bytesOfAnswer = 3_000
/** What a person keeps here: documents, in bytes, and files. */
export const documentBytesOfPerson = 1_500_000
export const fileBytesOfPerson = 50_000_000
export const mailsOfPerson = 1.5
/** Of a hundred people, how many have the chat open at the busiest time. */
export const connectedAtOnce = 0.05
/** How much busier the busiest hour of each day is than the middle of all: what autoscale is billed by. */
export const busyFactor = 4
/** How long a request keeps an instance of 2 GB, in seconds, alone on it: concurrency only lowers it. */
export const secondsOfRequest = 0.06
export const gigabytesOfInstance = 2
/** Devices and webhooks that a message goes out to. */
export const outboundOfMessage = 4
/** What a request writes to the log, and a step of those that are kept. */
export const bytesOfLogLine = 900
export const bytesOfStep = 1_100
export const stepsOfRequest = 4
export const keptShare = 0.05
/** Metrics, which nobody's doing changes. */
export const bytesOfMetrics = 600_000_000
/** The jobs, each minute. */
export const runsOfTimer = 43_200
