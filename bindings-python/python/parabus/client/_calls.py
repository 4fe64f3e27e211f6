"""A method for each endpoint.

Made by tests/make/client.py from server/openapi.json; do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from . import types

#: Paths that need no token.
OPEN = {"/authenticate/", "/version/"}


class Calls:
    """The endpoints, named after their paths without the parameters."""

    def _call(
        self,
        method: str,
        path: str,
        parts: Mapping[str, object] = {},
        *,
        query: Mapping[str, object] = {},
        body: object = None,
    ) -> Any:
        raise NotImplementedError

    def activation_code_get_info(self, code: int) -> types.ActivationCodeReply:
        """Get Activation Code Info: POST /activation-code/{code}/get-info/

        Permission: demo.
        """
        return self._call("POST", "/activation-code/{code}/get-info/", {"code": code})

    def alert(self, alert_id: int) -> types.AlertReply:
        """Get Alert Data: GET /alert/{alertId}/

        Permission: demo.
        """
        return self._call("GET", "/alert/{alertId}/", {"alertId": alert_id})

    def alert_change(self, alert_id: int, body: types.AlertWish) -> types.AlertResult:
        """Change Alert: POST /alert/{alertId}/change/

        Permission: manager.
        """
        return self._call("POST", "/alert/{alertId}/change/", {"alertId": alert_id}, body=body)

    def alert_log(
        self,
        alert_id: int,
        *,
        page: int | None = None,
        items_on_page: int | None = None,
        lang: types.Language | None = None,
    ) -> types.JournalReply:
        """Get Alert Log: GET /alert/{alertId}/log/

        Permission: demo.

        Args:
            page: From 1 on.
            items_on_page: 1 to 100; 25 if nothing is said.
            lang: Of the texts; else the user's, else the organization's.
        """
        return self._call(
            "GET",
            "/alert/{alertId}/log/",
            {"alertId": alert_id},
            query={"page": page, "itemsOnPage": items_on_page, "lang": lang},
        )

    def alert_status(self, alert_id: int) -> types.AlertStatusReply:
        """Get Alert Status Information: GET /alert/{alertId}/status/

        Permission: demo.
        """
        return self._call("GET", "/alert/{alertId}/status/", {"alertId": alert_id})

    def authenticate(self, body: types.Credentials) -> types.TokenReply:
        """Login: POST /authenticate/

        Permission: none.
        """
        return self._call("POST", "/authenticate/", body=body)

    def connect_code(self, code: str) -> types.ConnectCodeReply:
        """Get Connect Code Info: GET /connect-code/{code}/

        Permission: demo.
        """
        return self._call("GET", "/connect-code/{code}/", {"code": code})

    def controller_get_template_id(self, body: types.TemplateOfSkuRequest) -> types.TemplateOfSkuReply:
        """Get Controller Template ID: POST /controller/get-template-id/

        Permission: any authenticated user.
        """
        return self._call("POST", "/controller/get-template-id/", body=body)

    def device_template(self, template_id: int) -> types.TemplateReply:
        """Get Device Template Data: GET /device-template/{templateId}/

        Permission: any authenticated user.
        """
        return self._call("GET", "/device-template/{templateId}/", {"templateId": template_id})

    def device(self, device_id: int) -> types.DeviceReply:
        """Get Device Info: GET /device/{deviceId}/

        Permission: viewer.
        """
        return self._call("GET", "/device/{deviceId}/", {"deviceId": device_id})

    def device_change_disable(self, device_id: int, body: types.Enabled) -> types.DeviceQuotaReply:
        """Change Device Disabled State: POST /device/{deviceId}/change-disable/

        Permission: manager.
        """
        return self._call("POST", "/device/{deviceId}/change-disable/", {"deviceId": device_id}, body=body)

    def device_next_read_time(self, device_id: int) -> types.NextReadReply:
        """Get Device Next Read Time: GET /device/{deviceId}/next-read-time/

        Permission: viewer.
        """
        return self._call("GET", "/device/{deviceId}/next-read-time/", {"deviceId": device_id})

    def device_tracked_params(self, device_id: int) -> types.DeviceTrackedParamsAnswer:
        """List Device Tracked Parameters: GET /device/{deviceId}/tracked-params/

        Permission: viewer.
        """
        return self._call("GET", "/device/{deviceId}/tracked-params/", {"deviceId": device_id})

    def device_widgets(
        self, device_id: int, *, lang: types.Language, only_params_values: bool | None = None
    ) -> types.DeviceWidgetsAnswer:
        """List Device Widgets: GET /device/{deviceId}/widgets/

        Permission: viewer.

        Args:
            only_params_values: Give identifiers and values alone.
        """
        return self._call(
            "GET",
            "/device/{deviceId}/widgets/",
            {"deviceId": device_id},
            query={"lang": lang, "onlyParamsValues": only_params_values},
        )

    def em130_read_events(self, body: types.EventsRequest) -> types.Em130ReadEventsAnswer:
        """EM-130 Read Events: POST /em130/read/events/

        Permission: viewer.
        """
        return self._call("POST", "/em130/read/events/", body=body)

    def global_notifications_dismiss(self, notification_id: str) -> types.DismissReply:
        """Dismiss Runtime Global Notification: POST /global-notifications/{notificationId}/dismiss/

        Permission: any authenticated user.
        """
        return self._call(
            "POST", "/global-notifications/{notificationId}/dismiss/", {"notificationId": notification_id}
        )

    def gsense_aggregation_branch_segmentation_history(
        self, branch_id: str, cadence: Literal["1m", "5m", "15m", "1h", "1d"], *, start_time_utc: str, end_time_utc: str
    ) -> types.HistoryReply:
        """Get G-SENSE Branch Aggregation History: GET /gsense/aggregation/branch/{branchId}/segmentation/{cadence}/history/

        Permission: viewer.

        Args:
            start_time_utc: The first segment begins then or later.
            end_time_utc: The last segment begins before.
        """
        return self._call(
            "GET",
            "/gsense/aggregation/branch/{branchId}/segmentation/{cadence}/history/",
            {"branchId": branch_id, "cadence": cadence},
            query={"startTimeUtc": start_time_utc, "endTimeUtc": end_time_utc},
        )

    def gsense_aggregation_branch_segmentation_last_segment(
        self, branch_id: str, cadence: Literal["1m", "5m", "15m", "1h", "1d"]
    ) -> types.Segment:
        """Get G-SENSE Branch Last Aggregation Segment: GET /gsense/aggregation/branch/{branchId}/segmentation/{cadence}/last-segment/

        Permission: viewer.
        """
        return self._call(
            "GET",
            "/gsense/aggregation/branch/{branchId}/segmentation/{cadence}/last-segment/",
            {"branchId": branch_id, "cadence": cadence},
        )

    def gsense_aggregation_tree_branches_energy(self, tree_id: str) -> types.BranchesEnergyReply:
        """Get G-SENSE Tree Branch Energy Summary: GET /gsense/aggregation/tree/{treeId}/branches-energy/

        Permission: viewer.
        """
        return self._call("GET", "/gsense/aggregation/tree/{treeId}/branches-energy/", {"treeId": tree_id})

    def gsense_aggregation_tree_root_energy(self, tree_id: str) -> types.RootEnergyReply:
        """Get G-SENSE Tree Root Energy: GET /gsense/aggregation/tree/{treeId}/root-energy/

        Permission: viewer.
        """
        return self._call("GET", "/gsense/aggregation/tree/{treeId}/root-energy/", {"treeId": tree_id})

    def gsense_aggregation_tree_segmentation_last_segment(
        self, tree_id: str, cadence: Literal["1m", "5m", "15m", "1h", "1d"]
    ) -> types.SegmentsReply:
        """Get G-SENSE Tree Last Aggregation Segment: GET /gsense/aggregation/tree/{treeId}/segmentation/{cadence}/last-segment/

        Permission: viewer.
        """
        return self._call(
            "GET",
            "/gsense/aggregation/tree/{treeId}/segmentation/{cadence}/last-segment/",
            {"treeId": tree_id, "cadence": cadence},
        )

    def gsense_hierarchy_tree_create(self, body: types.GsenseHierarchyTreeCreateBody) -> types.TreeReply:
        """Create G-SENSE Hierarchy Tree: POST /gsense/hierarchy/tree/create/

        Permission: manager.
        """
        return self._call("POST", "/gsense/hierarchy/tree/create/", body=body)

    def gsense_hierarchy_tree(self, tree_id: str) -> types.Hierarchy:
        """Get G-SENSE Hierarchy Tree: GET /gsense/hierarchy/tree/{treeId}/

        Permission: viewer.
        """
        return self._call("GET", "/gsense/hierarchy/tree/{treeId}/", {"treeId": tree_id})

    def gsense_hierarchy_tree_branch_create(self, tree_id: str, body: types.NewBranch) -> types.BranchReply:
        """Create G-SENSE Hierarchy Branch: POST /gsense/hierarchy/tree/{treeId}/branch/create/

        Permission: manager.
        """
        return self._call("POST", "/gsense/hierarchy/tree/{treeId}/branch/create/", {"treeId": tree_id}, body=body)

    def gsense_hierarchy_tree_branch_delete(self, tree_id: str, branch_id: str) -> dict[str, Any]:
        """Delete G-SENSE Hierarchy Branch: POST /gsense/hierarchy/tree/{treeId}/branch/{branchId}/delete/

        Permission: manager.
        """
        return self._call(
            "POST",
            "/gsense/hierarchy/tree/{treeId}/branch/{branchId}/delete/",
            {"treeId": tree_id, "branchId": branch_id},
        )

    def gsense_hierarchy_tree_branch_rename(self, tree_id: str, branch_id: str, body: types.NameBody) -> dict[str, Any]:
        """Rename G-SENSE Hierarchy Branch: POST /gsense/hierarchy/tree/{treeId}/branch/{branchId}/rename/

        Permission: manager.
        """
        return self._call(
            "POST",
            "/gsense/hierarchy/tree/{treeId}/branch/{branchId}/rename/",
            {"treeId": tree_id, "branchId": branch_id},
            body=body,
        )

    def gsense_hierarchy_tree_delete(self, tree_id: str) -> dict[str, Any]:
        """Delete G-SENSE Hierarchy Tree: POST /gsense/hierarchy/tree/{treeId}/delete/

        Permission: manager.
        """
        return self._call("POST", "/gsense/hierarchy/tree/{treeId}/delete/", {"treeId": tree_id})

    def gsense_hierarchy_tree_duplicate(self, tree_id: str, body: types.Named) -> types.TreeReply:
        """Duplicate G-SENSE Hierarchy Tree: POST /gsense/hierarchy/tree/{treeId}/duplicate/

        Permission: manager.
        """
        return self._call("POST", "/gsense/hierarchy/tree/{treeId}/duplicate/", {"treeId": tree_id}, body=body)

    def gsense_hierarchy_tree_rename(self, tree_id: str, body: types.Named) -> dict[str, Any]:
        """Rename G-SENSE Hierarchy Tree: POST /gsense/hierarchy/tree/{treeId}/rename/

        Permission: manager.
        """
        return self._call("POST", "/gsense/hierarchy/tree/{treeId}/rename/", {"treeId": tree_id}, body=body)

    def gsense_hierarchy_tree_sensor_create(
        self, tree_id: str, body: types.GsenseHierarchyTreeSensorCreateBody
    ) -> types.SensorReply:
        """Create G-SENSE Hierarchy Sensor: POST /gsense/hierarchy/tree/{treeId}/sensor/create/

        Permission: manager.
        """
        return self._call("POST", "/gsense/hierarchy/tree/{treeId}/sensor/create/", {"treeId": tree_id}, body=body)

    def gsense_hierarchy_tree_sensor_delete(self, tree_id: str, sensor_id: str) -> dict[str, Any]:
        """Delete G-SENSE Hierarchy Sensor: POST /gsense/hierarchy/tree/{treeId}/sensor/{sensorId}/delete/

        Permission: manager.
        """
        return self._call(
            "POST",
            "/gsense/hierarchy/tree/{treeId}/sensor/{sensorId}/delete/",
            {"treeId": tree_id, "sensorId": sensor_id},
        )

    def gsense_sensor_rename(self, sensor_id: str, body: types.Named) -> dict[str, Any]:
        """Rename G-SENSE Sensor: POST /gsense/sensor/{sensorId}/rename/

        Permission: manager.
        """
        return self._call("POST", "/gsense/sensor/{sensorId}/rename/", {"sensorId": sensor_id}, body=body)

    def logout(self) -> dict[str, Any]:
        """Logout: POST /logout/

        Permission: any authenticated user.
        """
        return self._call("POST", "/logout/")

    def net(self, net_id: int) -> types.NetReply:
        """Get Network Info: GET /net/{netId}/

        Permission: viewer.
        """
        return self._call("GET", "/net/{netId}/", {"netId": net_id})

    def net_change_disable(self, net_id: int, body: types.Enabled) -> dict[str, Any]:
        """Change Network Disabled State: POST /net/{netId}/change-disable/

        Permission: manager.
        """
        return self._call("POST", "/net/{netId}/change-disable/", {"netId": net_id}, body=body)

    def net_change_solution(self, net_id: int, body: types.NetWish) -> types.NetChangeSolutionAnswer:
        """Change Network Solution: POST /net/{netId}/change-solution/

        Permission: manager.
        """
        return self._call("POST", "/net/{netId}/change-solution/", {"netId": net_id}, body=body)

    def net_change(self, net_id: int, body: types.NetChange) -> types.ChangedNet:
        """Change Network Details: POST /net/{netId}/change/

        Permission: manager.
        """
        return self._call("POST", "/net/{netId}/change/", {"netId": net_id}, body=body)

    def net_connection_status(self, net_id: int) -> types.NetConnectionStatusAnswer:
        """Get Network Connection Status: POST /net/{netId}/connection-status/

        Permission: viewer.
        """
        return self._call("POST", "/net/{netId}/connection-status/", {"netId": net_id})

    def net_devices(self, net_id: int) -> types.NetDevicesReply:
        """List Network Devices: GET /net/{netId}/devices/

        Permission: viewer.
        """
        return self._call("GET", "/net/{netId}/devices/", {"netId": net_id})

    def net_drop_connections(self, net_id: int) -> dict[str, Any]:
        """Drop Network Connections: POST /net/{netId}/drop-connections/

        Permission: operator.
        """
        return self._call("POST", "/net/{netId}/drop-connections/", {"netId": net_id})

    def org_alerts(self, org_id: int) -> types.OrgAlertsAnswer:
        """Get List of Alerts: GET /org/{orgId}/alerts/

        Permission: demo.
        """
        return self._call("GET", "/org/{orgId}/alerts/", {"orgId": org_id})

    def org_alerts_create(self, org_id: int, body: types.AlertWish) -> types.AlertResult:
        """Create Alert: POST /org/{orgId}/alerts/create/

        Permission: manager.
        """
        return self._call("POST", "/org/{orgId}/alerts/create/", {"orgId": org_id}, body=body)

    def org_alerts_log(
        self,
        org_id: int,
        *,
        page: int | None = None,
        items_on_page: int | None = None,
        net_id: int | None = None,
        lang: types.Language | None = None,
    ) -> types.JournalReply:
        """Get Organization Alert Log: GET /org/{orgId}/alerts/log/

        Permission: demo.

        Args:
            page: From 1 on.
            items_on_page: 1 to 100; 25 if nothing is said.
            net_id: Only of alerts with a condition on this network when they began.
            lang: Of the texts; else the user's, else the organization's.
        """
        return self._call(
            "GET",
            "/org/{orgId}/alerts/log/",
            {"orgId": org_id},
            query={"page": page, "itemsOnPage": items_on_page, "netId": net_id, "lang": lang},
        )

    def org_dashboard(
        self, org_id: int, *, lang: types.Language, include_params: bool | None = None
    ) -> types.DashboardReply:
        """Get Data for the Dashboard: GET /org/{orgId}/dashboard/

        Permission: demo.

        Args:
            include_params: Whether the tracked parameters of each device are listed, too.
        """
        return self._call(
            "GET", "/org/{orgId}/dashboard/", {"orgId": org_id}, query={"lang": lang, "includeParams": include_params}
        )

    def org_dashboard_add_widgets(self, org_id: int, body: types.DashboardParams) -> dict[str, Any]:
        """Add Widgets to Dashboard: POST /org/{orgId}/dashboard/add-widgets/

        Permission: manager.
        """
        return self._call("POST", "/org/{orgId}/dashboard/add-widgets/", {"orgId": org_id}, body=body)

    def org_dashboard_change(self, org_id: int, body: types.DashboardParams) -> dict[str, Any]:
        """Change Dashboard Settings: POST /org/{orgId}/dashboard/change/

        Permission: manager.
        """
        return self._call("POST", "/org/{orgId}/dashboard/change/", {"orgId": org_id}, body=body)

    def org_dashboard_light(
        self,
        org_id: int,
        *,
        lang: types.Language,
        expanded_network_ids: str | Iterable[int] | None = None,
        expanded_device_ids: str | Iterable[int] | None = None,
    ) -> types.LightReply:
        """Get Dashboard Data (Lightweight): GET /org/{orgId}/dashboard/light/

        Permission: demo.

        Args:
            expanded_network_ids: Networks whose devices are listed.
            expanded_device_ids: Devices whose widgets are listed.
        """
        return self._call(
            "GET",
            "/org/{orgId}/dashboard/light/",
            {"orgId": org_id},
            query={"lang": lang, "expandedNetworkIds": expanded_network_ids, "expandedDeviceIds": expanded_device_ids},
        )

    def org_get_resource_reports(self, org_id: int) -> types.OrgGetResourceReportsAnswer:
        """Get Org Resource Reports: GET /org/{orgId}/get-resource-reports/

        Permission: viewer.
        """
        return self._call("GET", "/org/{orgId}/get-resource-reports/", {"orgId": org_id})

    def org_nets(self, org_id: int) -> types.OrgNetsAnswer:
        """Get Organization Networks List: GET /org/{orgId}/nets/

        Permission: viewer.
        """
        return self._call("GET", "/org/{orgId}/nets/", {"orgId": org_id})

    def org_nets_create(self, org_id: int, body: types.NetWish) -> types.OrgNetsCreateAnswer:
        """Create Network: POST /org/{orgId}/nets/create/

        Permission: manager.
        """
        return self._call("POST", "/org/{orgId}/nets/create/", {"orgId": org_id}, body=body)

    def org_nets_device_param_tree(self, org_id: int) -> types.OrgNetsDeviceParamTreeAnswer:
        """Get Organization Networks-Devices-Parameters Tree: GET /org/{orgId}/nets/device-param-tree/

        Permission: viewer.
        """
        return self._call("GET", "/org/{orgId}/nets/device-param-tree/", {"orgId": org_id})

    def org_params_get_id_by_reference(
        self, org_id: int, body: types.OrgParamsGetIdByReferenceBody
    ) -> types.ParamIdReply:
        """Get Parameter ID by Reference: POST /org/{orgId}/params/get-id-by-reference/

        Permission: viewer.
        """
        return self._call("POST", "/org/{orgId}/params/get-id-by-reference/", {"orgId": org_id}, body=body)

    def org_params_get_param_values(
        self, org_id: int, body: types.ReferenceList
    ) -> types.OrgParamsGetParamValuesAnswer:
        """Get Param Values: POST /org/{orgId}/params/get-param-values/

        Permission: demo.
        """
        return self._call("POST", "/org/{orgId}/params/get-param-values/", {"orgId": org_id}, body=body)

    def org_params_increment(self, org_id: int, body: types.AmountByReference) -> types.OrgParamsIncrementAnswer:
        """Increment Parameter Value: POST /org/{orgId}/params/increment/

        Permission: operator.
        """
        return self._call("POST", "/org/{orgId}/params/increment/", {"orgId": org_id}, body=body)

    def org_params_save_param_value(
        self, org_id: int, body: types.ValueByReference
    ) -> types.OrgParamsSaveParamValueAnswer:
        """Save Parameter Value: POST /org/{orgId}/params/save-param-value/

        Permission: operator.
        """
        return self._call("POST", "/org/{orgId}/params/save-param-value/", {"orgId": org_id}, body=body)

    def org_params_toggle(self, org_id: int, body: types.ToggleByReference) -> types.OrgParamsToggleAnswer:
        """Toggle Parameter Value: POST /org/{orgId}/params/toggle/

        Permission: operator.
        """
        return self._call("POST", "/org/{orgId}/params/toggle/", {"orgId": org_id}, body=body)

    def org_resource_report_create(self, org_id: int, body: types.ReportBody) -> types.ReportReply:
        """Create or Update Resource Report: POST /org/{orgId}/resource-report/create/

        Permission: manager.
        """
        return self._call("POST", "/org/{orgId}/resource-report/create/", {"orgId": org_id}, body=body)

    def org_sms_settings(self, org_id: int, body: types.SmsSettingsBody) -> dict[str, Any]:
        """Change Organization SMS Settings: POST /org/{orgId}/sms-settings/

        Permission: owner/manager (manage access to org).
        """
        return self._call("POST", "/org/{orgId}/sms-settings/", {"orgId": org_id}, body=body)

    def org_viss(self, org_id: int) -> types.OrgVissAnswer:
        """Get Organization Visualizations: GET /org/{orgId}/viss/

        Permission: demo.
        """
        return self._call("GET", "/org/{orgId}/viss/", {"orgId": org_id})

    def org_viss_data(self, org_id: int, body: types.VisIds) -> types.OrgVissDataAnswer:
        """Get Multiple Visualizations Data: POST /org/{orgId}/viss/data/

        Permission: demo.
        """
        return self._call("POST", "/org/{orgId}/viss/data/", {"orgId": org_id}, body=body)

    def org_viss_info(self, org_id: int, body: types.VisIds) -> types.OrgVissInfoAnswer:
        """Get Multiple Visualizations Info: POST /org/{orgId}/viss/info/

        Permission: demo.
        """
        return self._call("POST", "/org/{orgId}/viss/info/", {"orgId": org_id}, body=body)

    def param_dashboard_data(self, param_id: int) -> types.ParamDashboardDataAnswer:
        """Get Parameter Dashboard Data: GET /param/{paramId}/dashboard-data/

        Permission: viewer.
        """
        return self._call("GET", "/param/{paramId}/dashboard-data/", {"paramId": param_id})

    def param_dashboard_widget_data(self, param_id: int) -> types.WidgetData:
        """Get Param Widget Data: GET /param/{paramId}/dashboard-widget-data/

        Permission: viewer.
        """
        return self._call("GET", "/param/{paramId}/dashboard-widget-data/", {"paramId": param_id})

    def param_write(self, param_id: int, body: types.NewValue) -> types.ParamWriteAnswer:
        """Write Parameter Value: POST /param/{paramId}/write/

        Permission: operator.
        """
        return self._call("POST", "/param/{paramId}/write/", {"paramId": param_id}, body=body)

    def params_change(self, body: types.ParamsChange) -> dict[str, Any]:
        """Change Parameters: POST /params/change/

        Permission: manager.
        """
        return self._call("POST", "/params/change/", body=body)

    def params_delete(self, body: types.ParamsDeletion) -> dict[str, Any]:
        """Delete Parameters: POST /params/delete/

        Permission: manager.
        """
        return self._call("POST", "/params/delete/", body=body)

    def params_get_info(self, *, param_ids: str | Iterable[int]) -> types.ParamsGetInfoAnswer:
        """Get Parameters Information: GET /params/get-info/

        Permission: viewer.
        """
        return self._call("GET", "/params/get-info/", query={"paramIds": param_ids})

    def params_last_readings(
        self, *, param_ids: str | Iterable[int], lang: types.Language
    ) -> types.ParamsLastReadingsAnswer:
        """Get Last Readings of Parameters: GET /params/last-readings/

        Permission: viewer.
        """
        return self._call("GET", "/params/last-readings/", query={"paramIds": param_ids, "lang": lang})

    def params_read_realtime(
        self, *, param_ids: str | Iterable[int], lang: types.Language, failback_to_db: bool | None = None
    ) -> types.ParamsReadRealtimeAnswer:
        """Read Real-time Value of Parameter: GET /params/read-realtime/

        Permission: viewer.

        Args:
            failback_to_db: Answer with the last stored value where the device cannot be read.
        """
        return self._call(
            "GET", "/params/read-realtime/", query={"paramIds": param_ids, "lang": lang, "failbackToDb": failback_to_db}
        )

    def params_readings_on_time(self, body: types.OnTimeBody) -> types.ParamsReadingsOnTimeAnswer:
        """Get Parameters Readings on Specific Time: POST /params/readings-on-time/

        Permission: viewer.
        """
        return self._call("POST", "/params/readings-on-time/", body=body)

    def raw_check_connection(self, body: types.CheckConnectionRequest) -> types.CheckConnectionReply:
        """Raw Check Connection: POST /raw/check-connection/

        Permission: viewer.
        """
        return self._call("POST", "/raw/check-connection/", body=body)

    def raw_check_device_read(self, body: types.CheckDeviceReadRequest) -> types.RawCheckDeviceReadAnswer:
        """Raw Check Device Read: POST /raw/check-device-read/

        Permission: viewer.
        """
        return self._call("POST", "/raw/check-device-read/", body=body)

    def raw_read_controller_modbus_settings(
        self, body: types.ReadSettingsRequest
    ) -> types.RawReadControllerModbusSettingsAnswer:
        """Raw Read Controller Modbus Settings: POST /raw/read-controller-modbus-settings/

        Permission: viewer.
        """
        return self._call("POST", "/raw/read-controller-modbus-settings/", body=body)

    def raw_read_multiple_register_group(
        self, body: types.RawReadMultipleRegisterGroupBody
    ) -> types.RawReadMultipleRegisterGroupAnswer:
        """Raw Read Multiple Register Group: POST /raw/read-multiple-register-group/

        Permission: viewer.
        """
        return self._call("POST", "/raw/read-multiple-register-group/", body=body)

    def raw_read_multiple_register_groups_with_timeout(
        self, body: types.TimedGroups
    ) -> types.RawReadMultipleRegisterGroupsWithTimeoutAnswer:
        """Raw Read Multiple Register Groups With Timeout: POST /raw/read-multiple-register-groups/with-timeout/

        Permission: viewer.
        """
        return self._call("POST", "/raw/read-multiple-register-groups/with-timeout/", body=body)

    def raw_read_register_group(self, body: types.RegisterGroup) -> types.RawReadRegisterGroupAnswer:
        """Raw Read Register Group: POST /raw/read-register-group/

        Permission: viewer.
        """
        return self._call("POST", "/raw/read-register-group/", body=body)

    def raw_send_controller_passwords(self, body: types.PasswordsRequest) -> types.RawSendControllerPasswordsAnswer:
        """Raw Send Controller Passwords: POST /raw/send-controller-passwords/

        Permission: operator.
        """
        return self._call("POST", "/raw/send-controller-passwords/", body=body)

    def raw_write_controller_modbus_settings(
        self, body: types.WriteSettingsRequest
    ) -> types.RawWriteControllerModbusSettingsAnswer:
        """Raw Write Controller Modbus Settings: POST /raw/write-controller-modbus-settings/

        Permission: operator.
        """
        return self._call("POST", "/raw/write-controller-modbus-settings/", body=body)

    def raw_write_register_group(self, body: types.RegisterWrite) -> types.RawWriteRegisterGroupAnswer:
        """Raw Write Register Group: POST /raw/write-register-group/

        Permission: operator.
        """
        return self._call("POST", "/raw/write-register-group/", body=body)

    def readings_date_range(self, *, param_ids: str | Iterable[int]) -> types.DateRangeReply:
        """Get Readings Date Range: GET /readings/date-range/

        Permission: viewer.
        """
        return self._call("GET", "/readings/date-range/", query={"paramIds": param_ids})

    def readings_dispersed(self, body: types.DispersedBody) -> types.ReadingsDispersedAnswer:
        """Get Dispersed Readings: POST /readings/dispersed/

        Permission: viewer.
        """
        return self._call("POST", "/readings/dispersed/", body=body)

    def readings_get(
        self, *, param_id: int, from_: str | None = None, till: str | None = None, points_limit: int | None = None
    ) -> types.ReadingsGetAnswer:
        """Get Readings: GET /readings/get/

        Permission: viewer.

        Args:
            from_: First instant, inclusive; without it the reply holds the last points up to `till`.
            till: Last instant, inclusive; the present without it.
            points_limit: 1..=1000.
        """
        return self._call(
            "GET",
            "/readings/get/",
            query={"paramId": param_id, "from": from_, "till": till, "pointsLimit": points_limit},
        )

    def readings_min_max_range(self, body: types.MinMaxBody) -> types.ReadingsMinMaxRangeAnswer:
        """Range of Readings Values for a Given Period: POST /readings/min-max-range/

        Permission: viewer.
        """
        return self._call("POST", "/readings/min-max-range/", body=body)

    def resource_report_branch_chart_data(self, branch_id: str, body: types.ChartBody) -> types.ChartReply:
        """Get Resource Report Branch Chart Data: POST /resource-report/branch/{branchId}/chart-data/

        Permission: viewer.
        """
        return self._call("POST", "/resource-report/branch/{branchId}/chart-data/", {"branchId": branch_id}, body=body)

    def translations(self, body: types.TextsAndLang) -> types.TranslationsAnswer:
        """Get Translations: POST /translations/

        Permission: any authenticated user.
        """
        return self._call("POST", "/translations/", body=body)

    def user_orgs(self) -> types.UserOrgsAnswer:
        """List User Organizations Access: GET /user/orgs/

        Permission: demo.
        """
        return self._call("GET", "/user/orgs/")

    def version(self) -> types.VersionReply:
        """Get API Version Information: GET /version/

        Permission: none.
        """
        return self._call("GET", "/version/")

    def vis(self, vis_id: int) -> types.VisReply:
        """Get Visualization Data: GET /vis/{visId}/

        Permission: demo.
        """
        return self._call("GET", "/vis/{visId}/", {"visId": vis_id})

    def vis_data(self, vis_id: int) -> types.VisDataAnswer:
        """Get Visualization Data: GET /vis/{visId}/data/

        Permission: demo.
        """
        return self._call("GET", "/vis/{visId}/data/", {"visId": vis_id})

    def vis_data_save(self, vis_id: int, body: types.VisValue) -> dict[str, Any]:
        """Save Visualization Data: POST /vis/{visId}/data/save/

        Permission: manager.
        """
        return self._call("POST", "/vis/{visId}/data/save/", {"visId": vis_id}, body=body)
