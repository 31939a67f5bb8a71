/** Files by their paths: segments joined by `/`, none of them `.` or `..`, and none twice. */
export interface PackageFiles {
  readonly paths: readonly string[]
  /** In bytes, unpacked; 0 where there is no such file. */
  sizeOf(path: string): number
  /** Throws `PackageUnreadable` for more than `maxBytes`, whatever was announced, and where there is no such file. */
  read(path: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>>
}

/** An archive, read where it lies. */
export interface PackageArchive {
  readonly size: number
  /** As many bytes as there are, up to `length`. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>
}

export const packageFormats = ['common-cartridge', 'olx'] as const
export type PackageFormat = (typeof packageFormats)[number]

/** What of a package was not taken, by name and reason. */
export interface PackageLoss {
  /** The key of the lesson it belongs to. */
  readonly lesson: string | null
  /** What it is called in the package. */
  readonly name: string
  /** `not_supported`, `not_placed`, `missing`, `cut`, `unsafe`, `limit`, `heading`. */
  readonly code: string
  readonly message: string
}

export type PackageQuestion = {
  readonly id: string
  /** Markdown. */
  readonly text: string
  readonly points: number
  readonly feedback: string
} & (
  | {
      readonly type: 'single' | 'multiple'
      readonly choices: readonly {
        readonly id: string
        readonly text: string
        readonly isCorrect: boolean
        readonly feedback: string
      }[]
    }
  | { readonly type: 'number'; readonly answer: number; readonly tolerance: number }
  | { readonly type: 'text'; readonly answers: readonly string[] }
)

export interface PackageQuiz {
  readonly questions: readonly PackageQuestion[]
  readonly passPercent: number | null
  readonly maxAttempts: number | null
}

export interface PackageLesson {
  /** Lower-case letters, digits and hyphens, at most 100; the same in each reading of the same package. */
  readonly key: string
  readonly title: string
  readonly description: string
  /** The key of a module. */
  readonly module: string | null
  /** Markdown without HTML. Files of the package are addressed as `fileAddress` says. */
  readonly content: string
  readonly videoUrl: string | null
  readonly links: readonly { readonly title: string; readonly url: string }[]
  /** Of the package, each once. */
  readonly files: readonly {
    readonly path: string
    readonly title: string
    readonly use: 'resource' | 'video' | 'captions'
    /** Of captions. */
    readonly language?: string
  }[]
  readonly quiz: PackageQuiz | null
}

export interface PackagedCourse {
  /** Of the package, such as the identifier of its manifest; may be empty. */
  readonly name: string
  readonly title: string
  readonly description: string
  readonly modules: readonly { readonly key: string; readonly title: string }[]
  readonly lessons: readonly PackageLesson[]
  readonly left: readonly PackageLoss[]
  /** Where the paths of the lessons lead. */
  readonly files: PackageFiles
}

/** Where a file of a package is, within the Markdown of a lesson, until it has an address of its own. */
export const fileAddress = (path: string): string =>
  `https://package.invalid/${[...new TextEncoder().encode(path)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`

/** This is no such package, or more than is read of one. The message is for a person, and names no more than paths. */
export class PackageUnreadable extends Error {
  override readonly name = 'PackageUnreadable'
  /** `not_a_package`, `too_large`, `unsafe_path`, `broken`. */
  readonly code: string
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export interface SafeMarkdown {
  readonly markdown: string
  /** What went, such as `script` or `javascript:`. */
  readonly dropped: readonly string[]
}

/**
 * Courses as other systems pack them. What comes from a package is as long as it says and no longer, leads out of it
 * nowhere, and holds no HTML, no script and no address but `https:`, `http:`, `mailto:` and `tel:`. Throws
 * `PackageUnreadable`.
 */
export interface CoursePackages {
  /** A ZIP, or a TAR packed by gzip; a folder is read by whoever has one. */
  open(archive: PackageArchive): Promise<PackageFiles>
  read(format: PackageFormat, files: PackageFiles): Promise<PackagedCourse>
  /** The same text where there is neither HTML nor an unsafe address in it. */
  toSafeMarkdown(markdown: string): Promise<SafeMarkdown>
}
