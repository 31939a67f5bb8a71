import { Page } from '@/components/page'

export default function Offline() {
  return (
    <Page title="No connection">
      <p>This page cannot be loaded at the moment. Look at your connection, and load it again.</p>
    </Page>
  )
}
