const endingIn = (name: string): string => /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''

export const isPicture = (type: string): boolean => /^image\/(?:jpeg|png|gif|webp)$/.test(type)
export const isVideo = (type: string): boolean => /^video\/(?:mp4|webm|quicktime)$/.test(type)
export const isSound = (type: string): boolean => type.startsWith('audio/')

/** What kind of file it is, at a glance. */
export const endingOf = (name: string): string => endingIn(name).slice(0, 4).toUpperCase() || 'FILE'
