import { writeFileSync } from 'node:fs'
import sharp from 'sharp'
import sampleCourses from '../entry/sample-courses.json' with { type: 'json' }
import { pictureOfCourse, pictureOfInstructor } from '../entry/sample-pictures.ts'

/* `npm run sample-pictures` draws the pictures of the sample courses and of who teaches them, of plain shapes: a few kilobytes each. */

interface Ink {
  readonly ground: string
  readonly shape: string
  readonly light: string
}
const inks: readonly Ink[] = [
  { ground: '#175cd3', shape: '#b2ddff', light: '#ffffff' },
  { ground: '#0e7c66', shape: '#a6f4c5', light: '#ffffff' },
  { ground: '#93370d', shape: '#fedf89', light: '#ffffff' },
  { ground: '#5925dc', shape: '#d9d6fe', light: '#ffffff' },
  { ground: '#9f1a4f', shape: '#fcceee', light: '#ffffff' },
]

/** What is drawn on 64 by 64, for each course. */
const drawings: Readonly<Record<string, (ink: Ink) => string>> = {
  'resume-that-works': ({ shape, ground, light }) =>
    `<rect x="16" y="8" width="32" height="48" rx="3" fill="${light}"/><circle cx="25" cy="18" r="5" fill="${shape}"/><path d="M34 16h9M34 21h7M22 31h20M22 37h20M22 43h8M36 43h6M22 49h14" stroke="${ground}" stroke-width="2.5"/>`,
  'interview-practice': ({ shape, light }) =>
    `<path d="M8 14h28a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H20l-8 7v-7H8a4 4 0 0 1-4-4V18a4 4 0 0 1 4-4z" fill="${light}"/><path d="M44 26h12a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4h-2v7l-8-7H32a4 4 0 0 1-4-4v-4h8a8 8 0 0 0 8-8z" fill="${shape}"/>`,
  'first-90-days': ({ shape, ground, light }) =>
    `<rect x="10" y="14" width="44" height="40" rx="4" fill="${light}"/><path d="M10 18a4 4 0 0 1 4-4h36a4 4 0 0 1 4 4v6H10z" fill="${shape}"/><path d="M20 9v9M44 9v9" stroke="${shape}" stroke-width="4"/><path d="M21 38l8 8 15-16" stroke="${ground}" stroke-width="5" fill="none"/>`,
  'ged-math-foundations': ({ shape, light }) =>
    `<path d="M10 54V10l44 44z" fill="${shape}"/><path d="M10 46h8v8" stroke="${light}" stroke-width="3" fill="none"/><path d="M36 14v14M29 21h14M50 32h8" stroke="${light}" stroke-width="4"/>`,
  'reading-for-the-ged': ({ shape, ground, light }) =>
    `<path d="M32 18c-8-6-18-6-26-3v36c8-3 18-3 26 3z" fill="${light}"/><path d="M32 18c8-6 18-6 26-3v36c-8-3-18-3-26 3z" fill="${shape}"/><path d="M12 25c5-1 10 0 14 2M12 33c5-1 10 0 14 2M38 27c4-2 9-3 14-2M38 35c4-2 9-3 14-2" stroke="${ground}" stroke-width="2.5" fill="none"/>`,
  'budget-that-survives': ({ shape, ground, light }) =>
    `<path d="M14 14h36v44l-6-4-6 4-6-4-6 4-6-4-6 4z" fill="${light}"/><path d="M21 23h14M21 31h14M21 39h14" stroke="${shape}" stroke-width="3"/><path d="M41 23h3M41 31h3M41 39h3" stroke="${ground}" stroke-width="3"/><path d="M21 47h23" stroke="${ground}" stroke-width="3"/>`,
  'anger-and-calm': ({ shape, light }) =>
    `<path d="M4 30l7-14 7 28 7-32 7 18" stroke="${light}" stroke-width="4" fill="none"/><path d="M32 30c5 8 9 8 14 0s9-8 14 0" stroke="${shape}" stroke-width="4" fill="none"/><path d="M32 46c5 6 9 6 14 0s9-6 14 0" stroke="${shape}" stroke-width="3" fill="none"/>`,
  'finding-housing': ({ shape, ground, light }) =>
    `<path d="M32 8L6 30h8v24h36V30h8z" fill="${light}"/><rect x="27" y="36" width="12" height="18" fill="${shape}"/><circle cx="36" cy="46" r="1.5" fill="${ground}"/><rect x="18" y="32" width="7" height="7" fill="${ground}"/><rect x="41" y="32" width="7" height="7" fill="${ground}"/>`,
  'computer-basics': ({ shape, ground, light }) =>
    `<rect x="8" y="12" width="48" height="32" rx="3" fill="${light}"/><rect x="12" y="16" width="40" height="24" fill="${shape}"/><path d="M26 44h12l3 10H23z" fill="${light}"/><path d="M18 22h12M18 28h20M18 34h8" stroke="${ground}" stroke-width="2.5"/>`,
  'first-web-page': ({ shape, ground, light }) =>
    `<rect x="6" y="10" width="52" height="44" rx="4" fill="${light}"/><path d="M6 14a4 4 0 0 1 4-4h44a4 4 0 0 1 4 4v6H6z" fill="${shape}"/><path d="M24 30l-8 8 8 8M40 30l8 8-8 8M35 28l-6 20" stroke="${ground}" stroke-width="3.5" fill="none"/>`,
}

const svg = (width: number, height: number, ground: string, content: string) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="${ground}"/>${content}</svg>`,
  )

function thumbnailOf(key: string, index: number): Buffer {
  const ink = inks[index % inks.length] as Ink
  const draw = drawings[key]
  if (draw === undefined) throw new Error(`nobody drew ${key}`)
  const light = `<circle cx="540" cy="60" r="190" fill="${ink.light}" opacity="0.08"/><circle cx="90" cy="330" r="150" fill="${ink.light}" opacity="0.08"/>`
  return svg(640, 360, ink.ground, `${light}<g transform="translate(208 68) scale(3.5)">${draw(ink)}</g>`)
}

/** A person, of whom one sees no more than that there is one. */
function avatarOf(index: number): Buffer {
  const { ground, shape, light } = inks[(index * 3 + 1) % inks.length] as Ink
  return svg(
    128,
    128,
    ground,
    `<path d="M20 128c0-34 20-44 44-44s44 10 44 44z" fill="${light}"/><circle cx="64" cy="56" r="24" fill="${shape}"/>`,
  )
}

const encode = async (picture: Buffer) =>
  (await sharp(picture).webp({ quality: 80, effort: 6 }).toBuffer()).toString('base64url')
const instructors = [...new Set(sampleCourses.map(({ instructor }) => instructor.name))]
const pictures: [string, string][] = []
for (const [index, { key }] of sampleCourses.entries())
  pictures.push([pictureOfCourse(key), await encode(thumbnailOf(key, index))])
for (const [index, name] of instructors.entries())
  pictures.push([pictureOfInstructor(name), await encode(avatarOf(index))])
writeFileSync('entry/sample-pictures.json', `${JSON.stringify(Object.fromEntries(pictures), null, 2)}\n`)
