import { useRef, useState } from 'preact/hooks'
import { hereOf } from '../../../base/api/addresses.ts'
import { sizeOf } from '../../../base/text/sizes.ts'
import { closeDialog, Dialog, openDialog } from '../../../base/view/dialog.tsx'
import type { Attachment } from '../../api/shapes.ts'
import { endingOf, isPicture, isSound, isVideo } from '../../text/files.ts'

function showPicture({ url, name }: Attachment): void {
  openDialog(() => (
    <Dialog title={name}>
      <img class="whole-picture" src={hereOf(url)} alt={name} />
      <div class="row end">
        <a class="button" href={hereOf(url)} target="_blank" rel="noopener">
          Open in a new tab
        </a>
        <button type="button" class="primary" onClick={closeDialog}>
          Close
        </button>
      </div>
    </Dialog>
  ))
}

function FileLink({ of: { url, name, size } }: { of: Attachment }) {
  return (
    <a class="file" href={hereOf(url)} target="_blank" rel="noopener">
      <span class="ending" aria-hidden="true">
        {endingOf(name)}
      </span>
      <span class="grow">
        <bdi>{name}</bdi> <span class="quiet small">{sizeOf(size)}</span>
      </span>
    </a>
  )
}

function Picture({ of }: { of: Attachment }) {
  const [isBroken, setBroken] = useState(false)
  if (isBroken) return <FileLink of={of} />
  return (
    <button type="button" class="picture" aria-label={`Show ${of.name}`} onClick={() => showPicture(of)}>
      <img src={hereOf(of.url)} alt={of.name} loading="lazy" onError={() => setBroken(true)} />
    </button>
  )
}

function Recording({ of, kind }: { of: Attachment; kind: 'video' | 'audio' }) {
  const Kind = kind
  const renewals = useRef(0)
  /** The address that the server led to holds for minutes: after a long pause it is asked for again. */
  const renew = ({ currentTarget: player }: { currentTarget: HTMLMediaElement }) => {
    if (player.currentTime === 0 || renewals.current++ > 3) return
    const { currentTime, paused } = player
    player.load()
    player.currentTime = currentTime
    if (!paused) void player.play().catch(() => {})
  }
  return (
    <figure class="recording">
      <Kind src={hereOf(of.url)} controls preload="metadata" onError={renew} aria-label={of.name} />
      <figcaption>
        <FileLink of={of} />
      </figcaption>
    </figure>
  )
}

export function Attachments({ of }: { of: readonly Attachment[] }) {
  return (
    <>
      {of.map((each) =>
        isPicture(each.mimeType) ? (
          <Picture key={each.id} of={each} />
        ) : isVideo(each.mimeType) ? (
          <Recording key={each.id} of={each} kind="video" />
        ) : isSound(each.mimeType) ? (
          <Recording key={each.id} of={each} kind="audio" />
        ) : (
          <FileLink key={each.id} of={each} />
        ),
      )}
    </>
  )
}
