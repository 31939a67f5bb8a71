// The whole of Azure for this API, in one of three sizes. docs/infrastructure.md says what each has and what it is for.
targetScope = 'subscription'

@description('How much: small is one process, standard grows by itself, regions has a second one to go on in.')
@allowed(['small', 'standard', 'regions'])
param profile string

@description('Lower case letters and digits: every name begins with it.')
@minLength(3)
@maxLength(10)
param name string

@description('Data stays in the United States.')
@metadata({ azd: { type: 'location' } })
@allowed(['eastus2', 'centralus', 'southcentralus', 'westus2', 'westus3'])
param location string

@description('regions alone: where it goes on when the first is lost, and where documents are kept a third time.')
@allowed(['eastus2', 'centralus', 'southcentralus', 'westus2', 'westus3'])
param secondLocation string = 'centralus'
@allowed(['eastus2', 'centralus', 'southcentralus', 'westus2', 'westus3'])
param thirdLocation string = 'southcentralus'
@allowed(['eastus2', 'centralus', 'westus2'])
param portalLocation string = 'eastus2'

@description('Where people reach the API, such as api.sdtoolsinc.org. Empty: the address of Azure, until there is one.')
param apiHost string = ''
@description('Where the portal is, such as portal.sdtoolsinc.org. It shares the domain of the API, or its cookies are lost.')
param portalHost string = ''
@description('Whether the static web app for the portal is made.')
param hasPortal bool = true

@description('The domain that mail comes from, such as sdtoolsinc.org. Empty: one of Azure.')
param mailDomain string = ''
@description('Set it once the domain is verified: docs/infrastructure.md says how.')
param isMailDomainVerified bool = false
param mailSender string = 'no-reply'
@description('Who is told that a form came in, and that a message was reported. Separated by commas.')
param formsNotify string = ''
param reportsNotify string = ''

@description('Who is told when something is wrong.')
param alertEmail string
@description('Who is told at night too, such as the address by which an incident begins in PagerDuty. Empty: the same people.')
param onCallEmail string = ''
@description('A number in the United States, digits alone, for an SMS as well.')
param alertPhone string = ''
@description('Dollars a month.')
@minValue(1)
param monthlyBudget int = profile == 'small' ? 80 : profile == 'standard' ? 400 : 1800
@description('The first day of a month.')
param budgetStart string = utcNow('yyyy-MM-01')

@description('Who provisions: may migrate the database and write keys. A group, so that it is never one person.')
param operatorId string
param operatorName string = 'operators'
@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorType string = 'User'

@description('Which app of each pair is live.')
@allowed(['blue', 'green'])
param liveColor string = 'blue'

@description('Defender for Cloud, for the whole subscription; it costs on its own.')
param isDefended bool = false
@description('Rules of Microsoft in the firewall. They need Front Door Premium.')
param hasManagedRules bool = false
@description('Keeps both halves of each cache; twice the price.')
param isCacheHighlyAvailable bool = profile == 'regions'

@description('Whether the role that the app purges Front Door by is made here. A workflow may not make roles: its own template has made it.')
param hasLeaveToMakeRoles bool = true

@description('Settings of the app beyond those that follow from the services: docs/configuration.md has all.')
param moreSettings object = {}

var isSmall = profile == 'small'
var token = take(uniqueString(subscription().subscriptionId, name, location), 6)
var regions = profile == 'regions' ? [location, secondLocation] : [location]
var colors = isSmall ? ['blue'] : ['blue', 'green']
var tags = { project: name, profile: profile }

var databaseName = 'toolsinc-db'
var recordsName = 'toolsinc-reports'
var hub = 'mackchat'
var anchorsContainer = 'audit-anchors'
var blobContainers = ['avatars', 'thumbnails', 'courses', 'documents', 'messages', 'forms', 'exports']
var sharedPaths = loadTextContent('shared-paths.txt')

var groupNames = profile == 'regions' ? ['rg-${name}', 'rg-${name}-2'] : ['rg-${name}']
var vaultName = '${name}-kv-${token}'
var filesName = '${name}files${token}'
var cosmosName = '${name}-docs-${token}'
var sqlName = '${name}-sql-${token}'
var pubsubName = '${name}-wps-${token}'
var mailName = '${name}-mail-${token}'
var frontDoorName = '${name}-fd'
var cacheNames = [for (each, at) in regions: '${name}-cache${at + 1}-${token}']

// Every app there is: of each region one, or a pair.
var apps = flatten(map(
  range(0, length(regions)),
  region =>
    map(range(0, length(colors)), color => {
      name: '${name}-api${region + 1}-${colors[color]}-${token}'
      storageName: '${name}h${region + 1}${take(colors[color], 1)}${token}'
      color: colors[color]
      region: region
    })
))

// Two, not a loop: the compiler mistakes the index where a module is scoped to a member of a loop.
resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${name}'
  location: location
  tags: tags
}
resource secondGroup 'Microsoft.Resources/resourceGroups@2024-03-01' = if (profile == 'regions') {
  name: 'rg-${name}-2'
  location: secondLocation
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  name: 'identity'
  params: { name: '${name}-app', location: location, tags: tags }
}

module watch 'modules/watch.bicep' = {
  scope: group
  name: 'watch'
  params: {
    name: name
    location: location
    tags: tags
    alertEmail: alertEmail
    onCallEmail: onCallEmail
    alertPhone: alertPhone
    monthlyBudget: monthlyBudget
    budgetStart: budgetStart
    retentionDays: 90
    dailyQuotaGb: isSmall ? 1 : 5
    appPrincipalId: identity.outputs.principalId
  }
}

module network 'modules/network.bicep' = [
  for (each, at) in regions: {
    scope: resourceGroup(groupNames[at])
    name: 'network-${at + 1}'
    params: {
      name: '${name}${at + 1}'
      location: each
      tags: tags
      number: at + 1
      delegation: isSmall ? 'Microsoft.Web/serverFarms' : 'Microsoft.App/environments'
      serviceEndpoints: isSmall ? ['Microsoft.AzureCosmosDB', 'Microsoft.KeyVault', 'Microsoft.Sql'] : []
      logsId: watch.outputs.logsId
    }
    dependsOn: [secondGroup]
  }
]

module secrets 'modules/secrets.bicep' = {
  scope: group
  name: 'secrets'
  params: {
    name: vaultName
    location: location
    tags: tags
    appPrincipalId: identity.outputs.principalId
    operatorId: operatorId
    operatorType: operatorType
    isPrivate: !isSmall
    subnetIds: isSmall ? [network[0].outputs.appSubnetId] : []
    logsId: watch.outputs.logsId
  }
}

module documents 'modules/documents.bicep' = {
  scope: group
  name: 'documents'
  params: {
    name: cosmosName
    tags: tags
    databaseName: databaseName
    locations: profile == 'regions' ? [location, secondLocation, thirdLocation] : [location]
    isServerless: isSmall
    maxThroughput: profile == 'regions' ? 4000 : 1000
    isPrivate: !isSmall
    subnetIds: isSmall ? [network[0].outputs.appSubnetId] : []
    appPrincipalId: identity.outputs.principalId
    operatorId: operatorId
    logsId: watch.outputs.logsId
  }
}

module records 'modules/records.bicep' = {
  scope: group
  name: 'records'
  params: {
    name: sqlName
    location: location
    tags: tags
    databaseName: recordsName
    operatorId: operatorId
    operatorName: operatorName
    operatorType: operatorType
    size: isSmall ? 'Basic' : 'S1'
    isPrivate: !isSmall
    subnetIds: isSmall ? [network[0].outputs.appSubnetId] : []
    secondLocation: profile == 'regions' ? secondLocation : ''
    alertEmail: alertEmail
    isDefended: isDefended
    logsId: watch.outputs.logsId
  }
}

module mail 'modules/mail.bicep' = {
  scope: group
  name: 'mail'
  params: {
    name: mailName
    tags: tags
    domain: mailDomain
    isVerified: isMailDomainVerified
    sender: mailSender
    appPrincipalId: identity.outputs.principalId
    logsId: watch.outputs.logsId
  }
}

module portal 'modules/portal.bicep' = if (hasPortal) {
  scope: group
  name: 'portal'
  params: { name: '${name}-portal', location: portalLocation, tags: tags, host: portalHost }
}

module purgeRole 'modules/purge-role.bicep' = if (!isSmall && hasLeaveToMakeRoles) {
  name: 'purge-role'
  params: { name: name }
}

module frontDoor 'modules/front-door.bicep' = if (!isSmall) {
  scope: group
  name: 'front-door'
  params: {
    name: frontDoorName
    tags: tags
    tier: hasManagedRules ? 'Premium_AzureFrontDoor' : 'Standard_AzureFrontDoor'
    vaultName: vaultName
    logsId: watch.outputs.logsId
    purgeRoleId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      guid(subscription().id, name, 'purge')
    )
    appPrincipalId: identity.outputs.principalId
  }
  dependsOn: [secrets, purgeRole]
}

var apiUrl = !empty(apiHost)
  ? 'https://${apiHost}'
  : isSmall ? 'https://${apps[0].name}.azurewebsites.net' : 'https://${frontDoor!.outputs.liveHost}'
var portalUrl = !empty(portalHost) ? 'https://${portalHost}' : hasPortal ? 'https://${portal!.outputs.host}' : ''

module files 'modules/files.bicep' = {
  scope: group
  name: 'files'
  params: {
    name: filesName
    location: location
    tags: tags
    redundancy: profile == 'regions' ? 'Standard_RAGZRS' : 'Standard_GRS'
    origins: empty(portalUrl) ? [apiUrl] : [apiUrl, portalUrl]
    containers: blobContainers
    anchorsContainer: anchorsContainer
    anchorDays: 2557
    appPrincipalId: identity.outputs.principalId
    logsId: watch.outputs.logsId
  }
}

module realtime 'modules/realtime.bicep' = if (!isSmall) {
  scope: group
  name: 'realtime'
  params: {
    name: pubsubName
    location: location
    tags: tags
    hub: hub
    size: profile == 'regions' ? 'Premium_P1' : 'Standard_S1'
    units: 1
    replicaLocation: profile == 'regions' ? secondLocation : ''
    apiUrl: apiUrl
    vaultName: vaultName
    appPrincipalId: identity.outputs.principalId
    logsId: watch.outputs.logsId
  }
  dependsOn: [secrets]
}

module cache 'modules/cache.bicep' = [
  for (each, at) in (isSmall ? [] : regions): {
    scope: resourceGroup(groupNames[at])
    name: 'cache-${at + 1}'
    params: {
      name: cacheNames[at]
      location: each
      tags: tags
      size: 'Balanced_B0'
      isHighlyAvailable: isCacheHighlyAvailable
      appPrincipalId: identity.outputs.principalId
      logsId: watch.outputs.logsId
    }
    dependsOn: [secondGroup]
  }
]

// What the app is told. A secret stands in the vault, and here the place where it stands.
var settings = union(
  {
    NODE_ENV: 'production'
    PUBLIC_URL: apiUrl
    KEY_VAULT_URL: secrets.outputs.url
    AZURE_CLIENT_ID: identity.outputs.clientId
    COSMOS_ENDPOINT: documents.outputs.endpoint
    COSMOS_DATABASE: databaseName
    MSSQL_SERVER: records.outputs.host
    MSSQL_DATABASE: recordsName
    AZURE_STORAGE_ACCOUNT_NAME: filesName
    AUDIT_ANCHORS: 'azure-blob:${anchorsContainer}'
    COMMUNICATION_SERVICES_ENDPOINT: mail.outputs.endpoint
    MAIL_FROM: mail.outputs.from
    APPLICATIONINSIGHTS_CONNECTION_STRING: watch.outputs.connectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'
  },
  empty(portalUrl) ? {} : { CORS_ORIGINS: portalUrl, PORTAL_URL: portalUrl },
  empty(formsNotify) ? {} : { FORMS_NOTIFY: formsNotify },
  empty(reportsNotify) ? {} : { REPORTS_NOTIFY: reportsNotify },
  isSmall
    ? {
        // App Service is the one proxy in front.
        CLIENT_ADDRESS: 'hops'
        TRUSTED_PROXY_HOPS: '1'
        CACHE: 'memory'
        REALTIME: 'local'
        LOG_FORMAT: 'json'
        // Longer than the front of App Service takes to notice.
        STOP_GRACE_MS: '5000'
      }
    : {
        CLIENT_ADDRESS: 'front-door'
        ORIGIN_LOCK: 'front-door'
        FRONT_DOOR_ENDPOINT: frontDoor!.outputs.liveId
        FRONT_DOOR_ID: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=front-door-id)'
        WEB_PUBSUB_ENDPOINT: realtime!.outputs.endpoint
        WEB_PUBSUB_EVENT_KEYS: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=web-pubsub-event-keys)'
        WEB_PUBSUB_HUB: hub
        REDIS_AUTH: 'entra'
      },
  moreSettings
)

module appService 'modules/app-service.bicep' = if (isSmall) {
  scope: group
  name: 'app'
  params: {
    name: apps[0].name
    location: location
    tags: tags
    size: 'B1'
    identityId: identity.outputs.id
    subnetId: network[0].outputs.appSubnetId
    settings: union(settings, { WEBSITE_RUN_FROM_PACKAGE: '1', SCM_DO_BUILD_DURING_DEPLOYMENT: 'false' })
    host: apiHost
    logsId: watch.outputs.logsId
  }
}

module functions 'modules/functions.bicep' = [
  for (each, at) in (isSmall ? [] : apps): {
    scope: resourceGroup(groupNames[each.region])
    name: 'functions-${each.region + 1}-${each.color}'
    params: {
      name: each.name
      location: regions[each.region]
      tags: union(tags, { color: each.color })
      identityId: identity.outputs.id
      identityClientId: identity.outputs.clientId
      appPrincipalId: identity.outputs.principalId
      subnetId: network[each.region].outputs.appSubnetId
      storageName: each.storageName
      settings: union(
        settings,
        { REDIS_URL: cache[each.region].outputs.url },
        // Its own region first: Strong answers the same everywhere.
        length(regions) == 1
          ? {}
          : { COSMOS_PREFERRED_REGIONS: join(union([regions[each.region]], regions, [thirdLocation]), ',') }
      )
      memory: 2048
      maxInstances: 40
      frontDoorId: frontDoor!.outputs.frontDoorId
      logsId: watch.outputs.logsId
    }
    dependsOn: [secondGroup]
  }
]

module edge 'modules/edge.bicep' = if (!isSmall) {
  scope: group
  name: 'edge'
  params: {
    profileName: frontDoorName
    name: frontDoorName
    tags: tags
    hasManagedRules: hasManagedRules
    liveColor: liveColor
    host: apiHost
    sharedPaths: sharedPaths
    origins: [
      for each in apps: {
        name: each.name
        host: '${each.name}.azurewebsites.net'
        color: any(each.color)
        isFirst: each.region == 0
      }
    ]
  }
  dependsOn: [frontDoor, functions]
}

// A zone of names belongs to one resource group, so each region has its own endpoints, zones and group.
module endpoints 'modules/endpoints.bicep' = [
  for (each, at) in (isSmall ? [] : regions): {
    scope: resourceGroup(groupNames[at])
    name: 'endpoints-${at + 1}'
    params: {
      name: '${name}${at + 1}'
      location: each
      tags: tags
      networkId: network[at].outputs.id
      subnetId: network[at].outputs.endpointSubnetId
      zones: [
        'privatelink.documents.azure.com'
        'privatelink.database.windows.net'
        'privatelink.vaultcore.azure.net'
        'privatelink.webpubsub.azure.com'
        'privatelink.redis.azure.net'
        'privatelink.blob.core.windows.net'
      ]
      endpoints: concat(
        [
          { name: 'documents', serviceId: documents.outputs.id, part: 'Sql', zone: 'privatelink.documents.azure.com' }
          { name: 'vault', serviceId: secrets.outputs.id, part: 'vault', zone: 'privatelink.vaultcore.azure.net' }
          {
            name: 'realtime'
            serviceId: realtime!.outputs.id
            part: 'webpubsub'
            zone: 'privatelink.webpubsub.azure.com'
          }
          {
            name: 'cache'
            serviceId: cache[at].outputs.id
            part: 'redisEnterprise'
            zone: 'privatelink.redis.azure.net'
          }
        ],
        map(range(0, length(regions)), server => {
          name: 'records-${server + 1}'
          serviceId: records.outputs.ids[server]
          part: 'sqlServer'
          zone: 'privatelink.database.windows.net'
        }),
        map(range(0, length(colors)), color => {
          name: 'packages-${colors[color]}'
          serviceId: resourceId(
            subscription().subscriptionId,
            groupNames[at],
            'Microsoft.Storage/storageAccounts',
            apps[at * length(colors) + color].storageName
          )
          part: 'blob'
          zone: 'privatelink.blob.core.windows.net'
        })
      )
    }
    dependsOn: [secondGroup, functions]
  }
]

module alerts 'modules/alerts.bicep' = {
  scope: group
  name: 'alerts'
  params: {
    name: name
    tags: tags
    peopleId: watch.outputs.peopleId
    onCallId: watch.outputs.onCallId
    databaseId: records.outputs.databaseId
    appIds: map(
      apps,
      each => resourceId(subscription().subscriptionId, groupNames[each.region], 'Microsoft.Web/sites', each.name)
    )
    frontDoorId: isSmall ? '' : frontDoor!.outputs.id
    cacheIds: isSmall
      ? []
      : map(
          range(0, length(regions)),
          at =>
            resourceId(subscription().subscriptionId, groupNames[at], 'Microsoft.Cache/redisEnterprise', cacheNames[at])
        )
  }
  dependsOn: [appService, functions, cache]
}

module promises 'modules/promises.bicep' = {
  scope: group
  name: 'promises'
  params: {
    name: name
    location: location
    tags: tags
    logsId: watch.outputs.logsId
    insightsId: watch.outputs.insightsId
    apiUrl: apiUrl
    onCallId: watch.outputs.onCallId
    peopleId: watch.outputs.peopleId
    isThrifty: isSmall
  }
}

module defender 'modules/defender.bicep' = if (isDefended) {
  name: 'defender'
  params: {
    plans: ['AppServices', 'CosmosDbs', 'KeyVaults', 'SqlServers', 'StorageAccounts', 'Arm']
    contactEmail: alertEmail
    contactPhone: alertPhone
  }
}

// What the commands after it need to know: no secret is among them.
output AZURE_RESOURCE_GROUP string = groupNames[0]
output API_PROFILE string = profile
output API_APPS array = [for each in apps: { name: each.name, group: groupNames[each.region], color: each.color }]
output API_LIVE_COLOR string = liveColor
output API_IDENTITY_NAME string = '${name}-app'
output API_IDENTITY_CLIENT_ID string = identity.outputs.clientId
output PUBLIC_URL string = apiUrl
output API_NEXT_URL string = isSmall ? apiUrl : 'https://${frontDoor!.outputs.nextHost}'
output PORTAL_NAME string = hasPortal ? '${name}-portal' : ''
output KEY_VAULT_URL string = secrets.outputs.url
output API_KEY_VAULT string = vaultName
output API_SQL_SERVER string = sqlName
output MSSQL_SERVER string = records.outputs.host
output MSSQL_DATABASE string = recordsName
output API_COSMOS_ACCOUNT string = cosmosName
output COSMOS_ENDPOINT string = documents.outputs.endpoint
output API_FRONT_DOOR string = isSmall ? '' : frontDoorName
