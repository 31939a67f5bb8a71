// The front end, as static files. It calls the API by its own address; nothing of the API runs here.
param name string
@allowed(['eastus2', 'centralus', 'westus2'])
param location string
param tags object
@description('The address people use. Empty: the one of Azure.')
param host string

resource site 'Microsoft.Web/staticSites@2024-04-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Standard', tier: 'Standard' }
  properties: {
    allowConfigFileUpdates: true
    enterpriseGradeCdnStatus: 'Disabled'
    stagingEnvironmentPolicy: 'Enabled'
    publicNetworkAccess: 'Enabled'
  }
}

resource domain 'Microsoft.Web/staticSites/customDomains@2024-04-01' = if (!empty(host)) {
  parent: site
  name: empty(host) ? 'none' : host
  properties: { validationMethod: 'cname-delegation' }
}

output host string = site.properties.defaultHostname
