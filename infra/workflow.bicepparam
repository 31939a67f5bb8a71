// For workflows, which have no azd: the same values, by the same names, out of the environment.
using 'main.bicep'

param profile = readEnvironmentVariable('API_PROFILE')
param name = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param apiHost = readEnvironmentVariable('API_HOST', '')
param portalHost = readEnvironmentVariable('PORTAL_HOST', '')
param mailDomain = readEnvironmentVariable('API_MAIL_DOMAIN', '')
param isMailDomainVerified = readEnvironmentVariable('API_MAIL_DOMAIN_VERIFIED', '') == 'true'
param formsNotify = readEnvironmentVariable('FORMS_NOTIFY', '')
param reportsNotify = readEnvironmentVariable('REPORTS_NOTIFY', '')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL')
param onCallEmail = readEnvironmentVariable('ON_CALL_EMAIL', '')
param alertPhone = readEnvironmentVariable('ALERT_PHONE', '')
param operatorId = readEnvironmentVariable('AZURE_PRINCIPAL_ID')
param operatorType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
param liveColor = readEnvironmentVariable('API_LIVE_COLOR', '') == 'green' ? 'green' : 'blue'
param isDefended = readEnvironmentVariable('DEFENDER', '') == 'true'
param hasManagedRules = readEnvironmentVariable('WAF_MANAGED_RULES', '') == 'true'
param hasLeaveToMakeRoles = false
