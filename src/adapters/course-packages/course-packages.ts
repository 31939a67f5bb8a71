import type { CoursePackages } from '../../ports/course-packages.ts'

/** Common Cartridge 1.1 to 1.3 and OLX, on every runtime. What reads them is loaded when something is to be read. */
export const createCoursePackages = (): CoursePackages => ({
  async open(archive) {
    return (await import('./archive.ts')).openArchive(archive)
  },
  async read(format, files) {
    if (format === 'olx') return (await import('./olx.ts')).readOlx(files)
    return (await import('./common-cartridge.ts')).readCommonCartridge(files)
  },
  async toSafeMarkdown(markdown) {
    return (await import('./markup.ts')).safeMarkdown(markdown)
  },
})
