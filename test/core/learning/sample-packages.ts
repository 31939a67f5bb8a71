import { gzipSync } from 'node:zlib'
import type { PackageArchive } from '../../../src/ports/course-packages.ts'
import { bytesOf, mp4, pdf, pngOf, zipOf } from '../files/sample-files.ts'

type Content = string | Uint8Array
const asBytes = (files: Readonly<Record<string, Content>>): Record<string, Uint8Array> =>
  Object.fromEntries(
    Object.entries(files).map(([name, content]) => [
      name,
      typeof content === 'string' ? bytesOf(content) : content,
    ]),
  )

export const archiveOf = (bytes: Uint8Array): PackageArchive => ({
  size: bytes.byteLength,
  read: async (offset, length) => new Uint8Array(bytes.subarray(offset, offset + length)),
})

export const zipped = (files: Readonly<Record<string, Content>>): Uint8Array<ArrayBuffer> =>
  zipOf(asBytes(files))

/** A TAR of these files, packed by gzip. */
export function tarred(files: Readonly<Record<string, Content>>): Uint8Array {
  const blocks: Uint8Array[] = []
  for (const [name, content] of Object.entries(asBytes(files))) {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write('0000644\0', 100)
    header.write(`${content.byteLength.toString(8).padStart(11, '0')}\0`, 124)
    header.write('00000000000\0', 136)
    header.write('        ', 148)
    header.write('0', 156)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    blocks.push(header, content, new Uint8Array((512 - (content.byteLength % 512)) % 512))
  }
  return gzipSync(Buffer.concat([...blocks, new Uint8Array(1024)]))
}

const qtiItem = (
  ident: string,
  profile: string,
  text: string,
  labels: Readonly<Record<string, string>>,
  correct: readonly string[],
) => `
  <item ident="${ident}" title="${ident}">
    <itemmetadata><qtimetadata>
      <qtimetadatafield><fieldlabel>cc_profile</fieldlabel><fieldentry>cc.${profile}.v0p1</fieldentry></qtimetadatafield>
    </qtimetadata></itemmetadata>
    <presentation>
      <material><mattext texttype="text/html">${text}</mattext></material>
      <response_lid ident="r"><render_choice>${Object.entries(labels)
        .map(
          ([id, label]) =>
            `<response_label ident="${id}"><material><mattext texttype="text/plain">${label}</mattext></material></response_label>`,
        )
        .join('')}</render_choice></response_lid>
    </presentation>
    <resprocessing><respcondition><conditionvar>${correct.map((id) => `<varequal respident="r">${id}</varequal>`).join('')}</conditionvar><setvar action="Set">100</setvar></respcondition></resprocessing>
  </item>`

const item = (id: string, title: string, ref: string | null, inside = '') =>
  `<item identifier="${id}"${ref === null ? '' : ` identifierref="${ref}"`}><title>${title}</title>${inside}</item>`
const resource = (id: string, type: string, path: string, more = '') =>
  `<resource identifier="${id}" type="${type}" href="${path}"><file href="${path}"/>${more}</resource>`

export const manifest = ({
  version = '1p1',
  items = '',
  resources = '',
} = {}) => `<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="garden-course" xmlns="http://www.imsglobal.org/xsd/imsccv${version}/imscp_v1p1" xmlns:lom="http://ltsc.ieee.org/xsd/imsccv${version}/LOM/manifest">
  <metadata><schema>IMS Common Cartridge</schema><lom:lom><lom:general>
    <lom:title><lom:string>A small garden</lom:string></lom:title>
    <lom:description><lom:string>Grow &lt;b&gt;food&lt;/b&gt; at home.</lom:string></lom:description>
  </lom:general></lom:lom></metadata>
  <organizations><organization identifier="o" structure="rooted-hierarchy"><item identifier="root">${items}</item></organization></organizations>
  <resources>${resources}</resources>
</manifest>`

const page = `<html><head><title>Soil</title><style>p{color:red}</style></head><body onload="steal()">
<h2>Soil</h2><p>Dark <strong>earth</strong> &amp; water. <a href="javascript:alert(1)">Click</a> <a href="https://example.org/soil">Read on</a></p>
<p><img src="$IMS-CC-FILEBASE$/pictures/my%20bed.png" alt="A bed"> <img src="nowhere.png" alt="Lost picture"></p>
<p><a href="%24IMS-CC-FILEBASE%24/plan.pdf">The plan</a> <a href="$WIKI_REFERENCE$/pages/water">Water</a></p>
<script>alert(1)</script><iframe src="https://www.youtube.com/embed/abc" title="A film"></iframe>
<table><tr><th>Week</th><th>Work</th></tr><tr><td>1</td><td>Dig</td></tr></table></body></html>`

/** Our own course, in the version of the standard that is asked for. */
export const cartridgeFiles = (version: '1p1' | '1p2' | '1p3' = '1p1'): Record<string, Content> => ({
  'imsmanifest.xml': manifest({
    version,
    items: [
      item(
        'm1',
        'Begin',
        null,
        [
          item('i1', 'Soil', 'r-soil'),
          item('i2', 'Read more', 'r-link'),
          item('h', 'Only a heading', null),
          item('deep', 'Deeper', null, item('i3', 'The plan', 'r-plan')),
        ].join(''),
      ),
      item(
        'm2',
        'Go on',
        null,
        [
          item('i4', 'Talk about it', 'r-topic'),
          item('i5', 'What do you know?', 'r-quiz'),
          item('i6', 'A tool', 'r-tool'),
          item('i7', 'A film', 'r-film'),
        ].join(''),
      ),
    ].join(''),
    resources: [
      resource('r-soil', 'webcontent', 'pages/soil.html'),
      resource('r-link', `imswl_xml${version === '1p1' ? 'v1p1' : `v${version}`}`, 'link.xml'),
      resource('r-plan', 'webcontent', 'web_resources/plan.pdf'),
      resource('r-topic', `imsdt_xmlv${version}`, 'topic.xml'),
      resource('r-quiz', `imsqti_xmlv1p2/imscc_xmlv${version}/assessment`, 'quiz.xml'),
      resource('r-tool', `imsbasiclti_xmlv1p0`, 'tool.xml'),
      resource('r-film', 'webcontent', 'web_resources/film.mp4'),
      resource('r-loose', 'webcontent', 'web_resources/loose.docx'),
    ].join(''),
  }),
  'pages/soil.html': page,
  'link.xml': `<webLink xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imswl_v1p1"><title>A handbook</title><url href="https://example.org/handbook?a=1&amp;b=2"/></webLink>`,
  'topic.xml': `<topic><title>Talk</title><text texttype="text/html">&lt;p&gt;What grows &lt;em&gt;near you&lt;/em&gt;?&lt;/p&gt;</text></topic>`,
  'quiz.xml': `<questestinterop><assessment ident="a" title="Quiz"><section ident="s">
    ${qtiItem('one', 'multiple_choice', '&lt;p&gt;What do plants drink?&lt;/p&gt;', { w: 'Water', m: 'Milk' }, ['w'])}
    ${qtiItem('many', 'multiple_response', '&lt;p&gt;What grows?&lt;/p&gt;', { b: 'Beans', s: 'Stones', p: 'Peas' }, ['b', 'p'])}
    ${qtiItem('essay', 'essay', '&lt;p&gt;Tell us.&lt;/p&gt;', {}, [])}
  </section></assessment></questestinterop>`,
  'tool.xml': '<cartridge_basiclti_link/>',
  'web_resources/plan.pdf': pdf,
  'web_resources/pictures/my bed.png': pngOf(2, 2),
  'web_resources/film.mp4': mp4,
  'web_resources/loose.docx': 'not placed',
})

/** Our own course as OLX, in a folder as an export has it. */
export const olxFiles = (): Record<string, Content> => ({
  'course/course.xml': '<course url_name="2026" org="Tools" course="Bike1"/>',
  'course/course/2026.xml':
    '<course display_name="Mend a bike"><chapter url_name="c1"/><chapter url_name="c2"/></course>',
  'course/chapter/c1.xml': '<chapter display_name="Wheels"><sequential url_name="s1"/></chapter>',
  'course/chapter/c2.xml': '<chapter display_name="Brakes"><sequential url_name="s2"/></chapter>',
  'course/sequential/s1.xml':
    '<sequential display_name="Tyres"><vertical url_name="v1"/><vertical url_name="v2"/></sequential>',
  'course/sequential/s2.xml': `<sequential display_name="Pads"><vertical url_name="v3"/></sequential>`,
  'course/vertical/v1.xml':
    '<vertical display_name="A flat"><html url_name="h1"/><video url_name="f1"/></vertical>',
  'course/vertical/v2.xml':
    '<vertical display_name="Try it"><problem url_name="p1"/><problem url_name="p2"/><problem url_name="p3"/><problem url_name="p4"/><drag-and-drop-v2 url_name="d1" display_name="Sort the tools"/></vertical>',
  'course/vertical/v3.xml':
    '<vertical display_name="Look"><html display_name="Inline">&lt;p&gt;Look &lt;b&gt;closely&lt;/b&gt;.&lt;/p&gt;<p>Then <i>touch</i>.</p></html></vertical>',
  'course/html/h1.xml': '<html filename="h1" display_name="Steps"/>',
  'course/html/h1.html':
    '<p>Use <a href="/static/levers.pdf">levers</a>. <a href="/jump_to_id/v2">Next</a></p><img src="/static/tyre.png" alt="A tyre"/><script>x()</script>',
  'course/video/f1.xml': `<video url_name="f1" youtube_id_1_0="abc123" display_name="Patching" end_time="00:01:00" transcripts='{"es": "f1-es.srt"}'/>`,
  'course/static/f1-es.srt': '1\r\n00:00:00,500 --> 00:00:02,000\r\nHola.\r\n',
  'course/static/levers.pdf': pdf,
  'course/static/tyre.png': pngOf(3, 3),
  'course/static/unused.pdf': pdf,
  'course/problem/p1.xml':
    '<problem display_name="Pick"><multiplechoiceresponse><label>What holds air?</label><choicegroup><choice correct="true">The tube</choice><choice correct="false">The spoke<choicehint>No.</choicehint></choice></choicegroup></multiplechoiceresponse></problem>',
  'course/problem/p2.xml':
    '<problem><p>How many wheels?</p><numericalresponse answer="2"><responseparam type="tolerance" default="10%"/><formulaequationinput/></numericalresponse></problem>',
  'course/problem/p3.xml':
    '<problem><stringresponse answer="valve" type="ci"><label>Where does air go in?</label><additional_answer answer="the valve"/><textline/></stringresponse></problem>',
  'course/problem/p4.xml':
    '<problem display_name="Draw"><customresponse cfn="check"><textline/></customresponse></problem>',
  'course/about/overview.html': '<p>All about <b>bikes</b>.</p>',
  'course/policies/2026/policy.json': '{}',
})
