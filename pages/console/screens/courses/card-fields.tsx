import { hereOf } from '../../../base/api/addresses.ts'
import { Choice } from '../../view/parts/fields.tsx'
import { CheckField, LongTextField, NumberField, TextField } from '../../view/parts/form-fields.tsx'
import { UploadField } from '../../view/parts/upload-field.tsx'
import { PrerequisitesField } from './prerequisites-field.tsx'
import { type CourseDraft, categories, levels } from './words.ts'

/** What can be written about a course besides its lessons. */
export type Card = Pick<
  CourseDraft,
  | 'title'
  | 'description'
  | 'category'
  | 'level'
  | 'thumbnail'
  | 'thumbnailFileId'
  | 'instructor'
  | 'isSequential'
  | 'capacity'
  | 'enrollmentMode'
  | 'prerequisites'
>

export function CardFields({
  uploadKey,
  card,
  put,
}: {
  uploadKey: string
  card: Card
  put: (change: Partial<Card>) => void
}) {
  const { instructor } = card
  return (
    <>
      <TextField
        label="Title"
        value={card.title}
        maxLength={200}
        isRequired
        onInput={(title) => put({ title })}
      />
      <LongTextField
        label="Description"
        help="Shown in the catalog, as plain text."
        value={card.description}
        maxLength={5_000}
        onInput={(description) => put({ description })}
      />
      <div class="fields">
        <Choice
          label="Category"
          value={card.category}
          choices={categories}
          onChange={(category) => put({ category })}
        />
        <Choice label="Level" value={card.level} choices={levels} onChange={(level) => put({ level })} />
      </div>
      <fieldset>
        <legend>Picture</legend>
        {card.thumbnail !== null && <img class="thumbnail" src={hereOf(card.thumbnail)} alt="As it is now" />}
        {card.thumbnailFileId !== null && card.thumbnail === null && (
          <p class="quiet">A new picture is uploaded. It shows when you save.</p>
        )}
        <UploadField
          label="Upload a picture"
          uploadKey={uploadKey}
          category="thumbnail"
          accept="image/jpeg,image/png,image/webp"
          help="JPEG, PNG or WebP, up to 5 MB."
          onUploaded={(thumbnailFileId) => put({ thumbnailFileId, thumbnail: null })}
        />
        {(card.thumbnail !== null || card.thumbnailFileId !== null) && (
          <div>
            <button type="button" onClick={() => put({ thumbnailFileId: null, thumbnail: null })}>
              Remove the picture
            </button>
          </div>
        )}
      </fieldset>
      <fieldset>
        <legend>Who teaches it</legend>
        <TextField
          label="Name"
          value={instructor.name}
          maxLength={100}
          help="Left empty: your own name."
          onInput={(name) => put({ instructor: { ...instructor, name } })}
        />
        <LongTextField
          label="About them"
          value={instructor.bio}
          maxLength={5_000}
          onInput={(bio) => put({ instructor: { ...instructor, bio } })}
        />
        <TextField
          label="Address of their picture"
          type="url"
          help="Begins with https://. May be left empty."
          value={instructor.avatar ?? ''}
          maxLength={2_000}
          onInput={(avatar) => put({ instructor: { ...instructor, avatar: avatar === '' ? null : avatar } })}
        />
      </fieldset>
      <fieldset>
        <legend>Taking part</legend>
        <CheckField
          label="Lessons are to be taken in order"
          help="Takes effect with the next version that is published."
          value={card.isSequential}
          onChange={(isSequential) => put({ isSequential })}
        />
        <CheckField
          label="Staff decide who gets in"
          value={card.enrollmentMode === 'approval'}
          onChange={(isApproved) => put({ enrollmentMode: isApproved ? 'approval' : 'open' })}
        />
        <NumberField
          label="Places"
          help="Left empty: as many as want to. A lower number takes nobody out."
          value={card.capacity}
          min={1}
          max={100_000}
          isRequired={false}
          onInput={(capacity) => put({ capacity })}
        />
      </fieldset>
      <PrerequisitesField
        chosen={card.prerequisites}
        onChange={(prerequisites) => put({ prerequisites: [...prerequisites] })}
      />
    </>
  )
}
