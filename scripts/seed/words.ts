import type { Random } from './random.ts'

const firstNames =
  'Alicia Ben Chidi Dolores Esteban Fatima Grace Huy Ines Jamal Keisha Luis Mei Nadia Omar Priya Quinn Rosa Samuel Tamika Usman Vera Walter Ximena Yusuf Zoe Andre Bianca Carlos Denise Elijah Faith Gloria Hector Imani Jerome Karla Lamar Monique Nelson'.split(
    ' ',
  )
const lastNames =
  'Alvarez Brooks Chen Diaz Edwards Flores Garcia Harris Ibrahim Jackson Kim Lopez Martinez Nguyen Okafor Patel Ramirez Simmons Torres Underwood Vargas Washington Young Zhang Bennett Coleman Daniels Ellis Franklin Gonzalez'.split(
    ' ',
  )
const words =
  'today class please thank you see tomorrow hello work resume interview job housing bus ride ticket phone call back later morning noon evening great good fine sure yes no maybe help need question answer course video homework mentor group meeting the a to for with about after before when where we I they can will should bring read write finish start office form paper letter bank budget rent license training shift manager team safety tools math reading practice quiz lesson page chapter list plan goal week month family kids school weekend weather coffee lunch'.split(
    ' ',
  )
const topics = [
  'Budgeting',
  'Interviews',
  'Housing',
  'Computers',
  'Welding',
  'Parenting',
  'Safety',
  'Reading',
]

export const nameOf = (random: Random): string => `${random.pick(firstNames)} ${random.pick(lastNames)}`

/** Between `least` and `most` words. */
export function sentenceOf(random: Random, least: number, most: number): string {
  const text = Array.from({ length: random.between(least, most + 1) }, () => random.pick(words)).join(' ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

export const topicOf = (random: Random): string => random.pick(topics)
